import type { TailMessage } from '../../schema/messages/http.ts'
import type { Commit, LogItem } from '../log/event-log.ts'
import { encodeItems } from './stream-page.ts'

/** One message of a tail, as Server-Sent Events write it. */
export const encode = (message: TailMessage): Buffer => Buffer.from(`data:${JSON.stringify(message)}\n\n`)

/** Items that are too large to send along are left out: the client reads them at its own pace. */
export function encodeCommit({ stream, after, items }: Commit, inlineBytes: number): Buffer {
  const head = (items.at(-1) as LogItem).seq
  const place = JSON.stringify({ type: 'items', stream, after, head })
  const size = items.reduce((sum, item) => sum + item.data.length, 0)
  return Buffer.from(
    `data:${place.slice(0, -1)},"items":${size > inlineBytes * 1.5 ? 'null' : encodeItems(items)}}\n\n`,
  )
}
