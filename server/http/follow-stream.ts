import type { Directory } from '../directory.ts'
import type { Commit, EventLog } from '../log/event-log.ts'
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
 * more. The directory is watched before the first read, so nothing falls between the two. A commit that continues what was
 * sent is passed on as it is; its text is made once for all who follow.
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
  /** all that there is was sent */
  let idle = false
  const stop = directory.watch((commit, moved) => {
    if (commit.stream === stream) {
      const follows = idle && !news && commit.after === position && commit.items.length <= limit
      const bytes = follows && connection.waiting === 0 && allowed() ? encodedOnce(commit, inlineBytes) : null
      if (bytes) {
        connection.write(bytes)
        position = commit.items.at(-1)!.seq
      } else {
        news = true
        wake()
      }
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
          if (signal.aborted) resolve()
          idle = true
        })
        idle = false
      }
    }
  } finally {
    stop()
  }
}

/** null: it is too large for one message */
const encoded = new WeakMap<Commit, Buffer | null>()

function encodedOnce(commit: Commit, inlineBytes: number): Buffer | null {
  const known = encoded.get(commit)
  if (known !== undefined) return known
  const size = commit.items.reduce((sum, { data }) => sum + data.length, 0)
  const made = size > inlineBytes ? null : encodeCommit(commit, inlineBytes)
  encoded.set(commit, made)
  return made
}
