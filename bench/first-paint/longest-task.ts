import type { Page } from '@playwright/test'

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  /** processor time, microseconds */
  readonly tdur?: number
  readonly args: { readonly name?: string; readonly data?: { readonly documentLoaderURL?: string } }
}

/**
 * Traces a page from now on. The answer: the processor time of its main thread's longest task after the navigation to
 * `url`, in ms. Unlike wall time it stays the same when others use the machine. Null: the browser began to trace too late.
 */
export async function traceTasks(page: Page): Promise<(url: string) => Promise<number | null>> {
  const session = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  const includedCategories = ['toplevel', 'blink.user_timing', 'loading']
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories } })
  return async (url) => {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
    await session.send('Tracing.end')
    await complete
    const start = events.findLast(
      ({ name, args }) => name === 'navigationStart' && args.data?.documentLoaderURL?.startsWith(url),
    )
    const thread = events.find(
      ({ name, pid, args }) => name === 'thread_name' && args.name === 'CrRendererMain' && pid === start?.pid,
    )
    if (!start || !thread) return null
    const tasks = events.filter(
      ({ name, pid, tid, ts }) =>
        name === 'ThreadControllerImpl::RunTask' && pid === start.pid && tid === thread.tid && ts > start.ts,
    )
    return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000))
  }
}
