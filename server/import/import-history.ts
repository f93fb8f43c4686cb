import { spaceStream } from '../../schema/events/streams.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { derivedUlid } from '../../schema/import/derived-id.ts'
import { historyToEvents, readHistoryLine } from '../../schema/import/history.ts'
import { ImportError, readLines } from './read-lines.ts'
import { Refused, type ServerConnection } from './server-connection.ts'

/**
 * File → events → the server's append, in the file's order. Ids are a function of the file, so a second run, or one
 * after a break, finds what is there and adds what is not. One batch is on its way while the next is read.
 */
export interface ImportReport {
  /** lines that became messages now, that the server had already, and that were skipped */
  readonly imported: number
  readonly known: number
  readonly skipped: number
  readonly events: number
}
export interface ImportOptions {
  readonly path: string
  readonly space: string
  readonly visibility: 'public' | 'invite'
  readonly onProgress: (progress: number, lines: number) => void
  readonly onBadLine: (number: number, problem: string) => void
}
interface Numbered {
  readonly event: KnownEvent
  readonly line: number
}
const batchEvents = 500

export async function importHistory(server: ServerConnection, options: ImportOptions): Promise<ImportReport> {
  const space = derivedUlid(0, 'import', options.space)
  const stream = spaceStream(space)
  const { visibility } = options
  const toEvents = historyToEvents({ space, name: options.space, visibility, importer: server.actor })
  const report = { imported: 0, known: 0, skipped: 0, events: 0 }
  const skip = (line: number, problem: string) => {
    report.skipped += 1
    options.onBadLine(line, problem)
  }

  async function send(batch: readonly Numbered[]): Promise<void> {
    let rest = batch
    while (rest.length > 0) {
      try {
        const results = await server.append(
          stream,
          rest.map(({ event }) => event),
        )
        for (const [i, { duplicate }] of results.entries()) {
          if (!duplicate) report.events += 1
          if (rest[i]!.event.type === 'message.create') report[duplicate ? 'known' : 'imported'] += 1
        }
        return
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        const { code, index, message } = error.fault
        if (code === 'NOT_A_MEMBER' || code === 'EVENT_ID_TAKEN') {
          throw new ImportError(
            `The space “${options.space}” was imported by somebody else, or by an import whose session is lost. ` +
              'Choose another name with --space.',
          )
        }
        if (index === undefined) throw new ImportError(`The server refused: ${message}`)
        skip(rest[index]!.line, message)
        rest = rest.filter((_, i) => i !== index)
      }
    }
  }

  let sending: Promise<void> = Promise.resolve()
  let batch: Numbered[] = []
  const flush = async () => {
    await sending
    sending = send(batch)
    sending.catch(() => {}) // seen by the next `await sending`
    batch = []
  }
  for await (const { number, text, progress } of readLines(options.path)) {
    if (text?.trim() === '') continue
    const outcome = text === null ? ({ type: 'BadLine', message: 'too long' } as const) : readHistoryLine(text)
    if (outcome.type === 'BadLine') skip(number, outcome.message)
    else for (const event of toEvents(outcome.line)) batch.push({ event, line: number })
    if (batch.length >= batchEvents) {
      await flush()
      options.onProgress(progress, number)
    }
  }
  await flush()
  await sending
  return report
}
