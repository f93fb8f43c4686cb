import type { EventLog, LogItem, Seq } from './event-log.ts'

/**
 * `tail` for any log that can `read` and `watch`: reads until up to date, then sleeps until a commit of the stream.
 * The watch begins before the first read, so nothing falls between the two.
 */
export async function* tailByWatching(
  log: Pick<EventLog, 'read' | 'watch'>,
  stream: string,
  after: Seq | null,
  signal: AbortSignal,
): AsyncGenerator<LogItem> {
  let news = true
  let wake = () => {}
  const stop = log.watch((commit) => {
    if (commit.stream !== stream) return
    news = true
    wake()
  })
  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort)
  try {
    let position = after
    while (!signal.aborted) {
      if (!news) {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (news || signal.aborted) resolve()
        })
        continue
      }
      news = false
      const page = await log.read(stream, position, 500, 1 << 20)
      if (!page.upToDate) news = true
      for (const item of page.items) {
        if (signal.aborted) return
        position = item.seq
        yield item
      }
    }
  } finally {
    stop()
    signal.removeEventListener('abort', onAbort)
  }
}
