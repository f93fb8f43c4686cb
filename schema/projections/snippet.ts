import { cutText } from '../text/cut-text.ts'

/** Characters of a body that the timeline row carries; the rest of a longer one is loaded when it is opened. */
export const snippetLength = 1000

/** The beginning of the body, as it was typed; it ends between two characters. */
export function snippetOf(body: string): string {
  return cutText(body, snippetLength)
}

/** What the snippet leaves out; null when it is the whole body. */
export function restOf(body: string): string | null {
  return body.length <= snippetLength ? null : body.slice(snippetOf(body).length)
}
