/** Characters of a body that the timeline row carries; longer bodies are loaded when opened. */
export const snippetLength = 1000
const excerptLength = 140

export function snippetOf(body: string): string {
  return body.length <= snippetLength ? body : cut(body, snippetLength)
}

/** One short line for lists and replies; null when the body is one already. */
export function excerptOf(body: string): string | null {
  if (body.length <= excerptLength && !body.includes('\n')) return null
  const line = cut(body, excerptLength * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= excerptLength ? line : `${cut(line, excerptLength - 1)}…`
}

/** never in the middle of a surrogate pair */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
