import { cutText, cutWithEllipsis } from './cut-text.ts'
import { blocksText } from './drawn-text.ts'
import { parseMessage } from './parse-message.ts'

/**
 * A message's text without its mark-up: for quote previews, search excerpts, titles of threads, notifications. Light enough for
 * every thread, Service Worker and database worker too.
 * Example: '**Hi** see [docs](https://a.example) and `a_b`' → 'Hi see docs and a_b'.
 */
export function plainText(markdown: string): string {
  return blocksText(parseMessage(markdown))
}

/** The first so many characters of that, in one line, cut between characters as people see them. */
export function plainLine(markdown: string, length: number): string {
  // mark-up takes room: read more than is shown, but not all of a long message
  const line = plainText(cutText(markdown, length * 4 + 200))
    .replace(/\s+/g, ' ')
    .trim()
  return cutWithEllipsis(line, length)
}
