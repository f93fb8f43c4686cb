import type { NamedFile } from '../events/payload-fields.ts'

/**
 * What the index knows of a message beside its words, as words that nobody can type: who wrote it, and what its text has. So
 * `from:` and `has:` are sought like words, the newest first.
 */
export interface Tagged {
  readonly text: string
  /** null: nobody's message, but a page */
  readonly author: string | null
  readonly files?: readonly NamedFile[]
}

export function tagsOf({ text, author, files = [] }: Tagged): readonly string[] {
  const tags = author === null ? [] : [authorTag(author)]
  for (const kind of textKinds)
    if (has[kind](text) || files.some(({ type }) => is[kind](type))) tags.push(kindTag(kind))
  return tags
}

/** FTS5 splits at no character of it, and folds capitals: they are written as numbers. */
export function authorTag(id: string): string {
  let tag = authorTags.get(id)
  if (tag === undefined) {
    if (authorTags.size === 1000) authorTags.clear()
    authorTags.set(id, (tag = `${mark}${id.replace(/[^0-9a-z-]/g, (char) => `.${char.charCodeAt(0)}.`)}`))
  }
  return tag
}
/** few people write most messages */
const authorTags = new Map<string, string>()

export function kindTag(kind: TextKind): string {
  return `${mark}${mark}${kind}`
}

/** a character for private use: in a text it is read as a space (character-kind.ts) */
export const mark = '\ue000'

export const textKinds = ['link', 'image', 'file', 'code'] as const
export type TextKind = (typeof textKinds)[number]

/** quick to test, and most texts have none */
const mayLink = /:\/\/|[Ww][Ww][Ww]\./

const never = (): boolean => false
/** of a file that is named beside the text, by its media type */
const is: Readonly<Record<TextKind, (type: string) => boolean>> = {
  link: never,
  image: (type) => type.startsWith('image/'),
  file: () => true,
  code: never,
}
const has: Readonly<Record<TextKind, (text: string) => boolean>> = {
  link: (text) => mayLink.test(text) && /https?:\/\/\S|www\.\S/i.test(text),
  image: (text) => mayLink.test(text) && /!\[[^\]\n]{0,500}\]\(http|\.(?:png|jpe?g|gif|webp)/i.test(text),
  file: never,
  code: (text) => text.includes('`') && /`[^`]+`|```/.test(text),
}
