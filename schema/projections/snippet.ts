import { cutText, cutWithEllipsis } from '../text/cut-text.ts'

/** Characters of a body that the timeline row carries; longer bodies are loaded when opened. */
export const snippetLength = 1000
const excerptLength = 140

/** The beginning of the body, as it was typed; it ends between two characters. */
export function snippetOf(body: string): string {
  return cutText(body, snippetLength)
}

/** One short line, as it was typed; null when the body is one already. */
export function excerptOf(body: string): string | null {
  if (body.length <= excerptLength && !body.includes('\n')) return null
  const line = body
    .slice(0, excerptLength * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return cutWithEllipsis(line, excerptLength)
}
