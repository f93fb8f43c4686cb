/**
 * The names that a message mentions, each once, as written: @**Any Name** or @Name. Code is not read: `@eq.refl` in a
 * proof is no person.
 * Example: "hi @**Cy Vale 8**, @kim: see `@simp`" → ["Cy Vale 8", "kim"].
 */
export function mentionsOf(text: string): string[] {
  if (!text.includes('@')) return []
  const prose = text.includes('`') ? text.replace(code, ' ') : text
  const names = new Set<string>()
  for (const match of prose.matchAll(mention)) names.add((match[1] ?? match[2])!)
  return [...names]
}

const code = /(`{3,})[\s\S]*?(?:\1|$)|(`+)[^`]*?\2/g
/** a name ends in a letter or digit, so that "@kim." means kim; a@b.c is an address */
const mention =
  /(?<![\p{L}\p{N}_@])@(?:\*\*([^*\n]{1,200})\*\*|([\p{L}\p{N}](?:[\p{L}\p{N}_.-]{0,98}[\p{L}\p{N}_])?))/gu
