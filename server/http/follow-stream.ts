import type { Directory } from '../directory.ts'
import type { EventLog } from '../log/event-log.ts'
import type { TailConnection } from './tail-connection.ts'
import { encode, encodeCommit } from './tail-messages.ts'

interface Follower {
  readonly connection: TailConnection
  readonly actor: string
  /** aborted when the connection is closed */
  readonly signal: AbortSignal
  /** bytes of a page that are sent along */
  readonly inlineBytes: number
  /** whether it may still read the stream */
  allowed(): boolean
}

/**
 * One stream from an offset, backlog and news in one: pages while there are some, then waits for the directory to tell of
 * more. The directory is watched before the first read, so nothing falls between the two.
 */
export async function followStream(
  log: EventLog,
  directory: Directory,
  stream: string,
  after: string | null,
  limit: number,
  { connection, actor, signal, inlineBytes, allowed }: Follower,
): Promise<void> {
  let position = after
  let wake = () => {}
  let news = true
  const stop = directory.watch((commit, moved) => {
    if (commit.stream === stream) {
      news = true
      wake()
    }
    // at once, also where the client does not read and so nothing below goes on
    if (moved(actor) && !allowed()) {
      connection.write(encode({ type: 'gone', stream }))
      connection.close()
    }
  })
  signal.addEventListener('abort', () => wake())
  try {
    while (!signal.aborted) {
      if (news) {
        news = false
        const page = await log.read(stream, position, limit, inlineBytes)
        news ||= !page.upToDate
        if (page.items.length === 0) continue
        await connection.drained()
        if (!allowed()) return
        connection.write(encodeCommit({ stream, after: position, items: page.items }, inlineBytes))
        position = page.items.at(-1)!.seq
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (news || signal.aborted) resolve()
        })
      }
    }
  } finally {
    stop()
  }
}
