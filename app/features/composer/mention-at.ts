/** The `@name` being typed at the caret: where it starts, and what there is of the name. */
export interface MentionAt {
  readonly start: number
  readonly name: string
}

/** Example: 'hi @an|' → { start: 3, name: 'an' }; an address such as a@b is none. */
export function mentionAt(text: string, caret: number): MentionAt | null {
  // no name is longer: a long text is not searched whole at every key
  const before = text.slice(Math.max(0, caret - longest), caret)
  const found = /(?:^|[\s(])@([\p{L}\p{M}\p{N}._'’-]*(?: [\p{L}\p{M}\p{N}._'’-]*)?)$/u.exec(before)
  if (!found) return null
  const name = found[1]!
  return { start: caret - name.length - 1, name }
}

const longest = 200

/** The name in the place of what was typed of it; the caret stands behind it. */
export function insertMention(text: string, at: MentionAt, name: string): { text: string; caret: number } {
  const written = `@**${name}** `
  const end = at.start + 1 + at.name.length
  return { text: text.slice(0, at.start) + written + text.slice(end), caret: at.start + written.length }
}
