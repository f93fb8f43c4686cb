import { isUtf8 } from 'node:buffer'
import { spaceStream } from '../../schema/events/streams.ts'
import { derivedUlid } from '../../schema/import/derived-id.ts'
import { messageKey, type HistoryImport } from '../../schema/import/history.ts'
import { notes, readLine, type LineOutcome, type Note } from '../../schema/import/read-line.ts'
import { droppedInWords, quoted, reasonInWords } from './in-words.ts'
import { FileFault, ImportError, type Source } from './open-source.ts'
import { madeByAnother, sendMessages } from './send-messages.ts'
import { Refused, type ServerConnection } from './server-connection.ts'
import { openSpaceSoFar, type SpaceSoFar } from './space-so-far.ts'
import { splitLines, splitObjects } from './split-records.ts'
import { openSpool, type Dropped, type Reason, type Spool, type Times } from './spool.ts'

/**
 * File → lines → messages in order of time → the server. All lines are read before the first is sent: only then is it
 * known what their times mean, which ids are there twice, and what came first.
 */
export interface ImportReport {
  /** lines that are not blank; each is exactly one of imported, known, refused */
  readonly read: number
  readonly imported: number
  /** the space had it, or an earlier line says the same */
  readonly known: number
  readonly refused: number
  /** of the refused, the most frequent first */
  readonly reasons: ReadonlyMap<Reason, number>
  /** of lines that were taken, what was not as it should be */
  readonly notes: ReadonlyMap<Note, { readonly count: number; readonly lines: readonly number[] }>
  readonly fieldsLeft: readonly (readonly [name: string, lines: number])[]
  readonly times: Times
  readonly visibility: 'public' | 'invite'
  /** how the file ends before its end; null when it was read whole */
  readonly fault: string | null
}
export interface ImportOptions {
  readonly space: string
  readonly visibility: 'public' | 'invite'
  readonly onProgress: (step: 'reading' | 'sending', progress: number, lines: number) => void
  /** once a line that is not imported */
  readonly onRefused: (line: number, sentence: string) => void
}

export async function importHistory(
  server: ServerConnection,
  source: Source,
  options: ImportOptions,
): Promise<ImportReport> {
  const { space: name, onRefused, onProgress } = options
  const space = derivedUlid(0, 'import', name)
  const spool = await openSpool()
  try {
    const soFar = openSpaceSoFar(spool.database, space, server.actor)
    const more = await readSpace(server, soFar, space, name)
    const visibility = soFar.visibility() ?? options.visibility
    if (visibility === 'public' && options.visibility === 'invite') {
      throw new ImportError(
        `The space “${name}” is there already, and anyone may join it. Choose another name with --space.`,
      )
    }
    const { read, fault } = await readInto(spool, source, space, (progress, lines) => {
      onProgress('reading', progress, lines)
    })
    const times = spool.settle(server.now())
    const { left } = spool.counts()
    const tell = (dropped: Dropped) => onRefused(dropped.line, droppedInWords(dropped, times.unit))
    refuseHopeless(spool, source, read, fault)
    for (const dropped of spool.dropped()) tell(dropped)
    if (left === 0)
      return reportOf(spool, { read, times, fault, visibility: options.visibility }, { imported: 0, known: 0 })

    await more()
    const history: HistoryImport = { space, name, visibility, importer: server.actor }
    const sent = await sendMessages(server, soFar, spool.pages(500), history, {
      onRefused({ place, line }, reason, about) {
        spool.drop(line, reason, about, place)
        tell({ line, reason, about })
      },
      onProgress: (messages) => onProgress('sending', messages / left, messages),
    })
    return reportOf(spool, { read, times, fault, visibility }, sent)
  } catch (error) {
    throw error instanceof ImportError ? error : inASentence(error as Error)
  } finally {
    spool.close()
    source.close()
  }
}

function inASentence(error: Error): Error {
  if (error instanceof Refused) return new ImportError(`The server refused: ${error.message}.`)
  if (/disk is full|disk I\/O/.test(error.message)) {
    return new ImportError(
      'There is no room for the temporary file that holds the lines. SQLITE_TMPDIR names another folder for it.',
    )
  }
  return error
}

async function readInto(
  spool: Spool,
  { chunks, shape, progress }: Source,
  space: string,
  onProgress: (progress: number, lines: number) => void,
): Promise<{ read: number; fault: string | null }> {
  let read = 0
  let lastLine = 0
  const splitter = shape === 'objects' ? splitObjects() : splitLines()
  const take = (records: ReturnType<typeof splitter.end>) => {
    for (const { line, bytes } of records) {
      read += 1
      lastLine = line
      const text = bytes?.toString() ?? ''
      const outcome: LineOutcome = bytes === null ? { type: 'Fault', fault: 'TooLong' } : readLine(text)
      if (outcome.type === 'Fault') spool.drop(line, outcome.fault, quoted(outcome.about))
      else {
        const { message } = outcome
        const isDamaged = text.includes('\ufffd') && !isUtf8(bytes!)
        const noted = isDamaged ? { ...message, notes: [...message.notes, 'CharactersReplaced' as const] } : message
        spool.add(line, noted, messageKey(space, message.stream, message.id))
      }
    }
    onProgress(progress(), read)
  }
  try {
    for await (const chunk of chunks) take(splitter.push(chunk))
    take(splitter.end())
    return { read, fault: null }
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    // the last line is cut off, unless all of it is there
    take(splitter.end().filter(({ bytes }) => bytes !== null && readLine(bytes.toString()).type === 'Message'))
    return { read, fault: `${error.message}: it ends, or is damaged, after line ${lastLine}.` }
  }
}

/** One sentence for a file of which no line is a message, and not one a line. */
function refuseHopeless(spool: Spool, { path, shape }: Source, read: number, fault: string | null): void {
  const { left, dropped } = spool.counts()
  if (left > 0) return
  if (fault !== null && read === 0) throw new ImportError(fault)
  if (read === 0) throw new ImportError(`${path} has nothing but blank lines.`)
  const [[reason, lines] = ['NotJson' as const, 0]] = dropped
  const isForeign = ['NotJson', 'NotAnObject', 'TooLong', 'NoTime', 'NoText'].includes(reason)
  if (!isForeign || lines < read || (read === 1 && shape === 'lines')) return
  const which = read === 1 ? 'its only line' : `each of its ${read.toLocaleString('en')} lines`
  throw new ImportError(
    `${path} has no message in it: ${which} is left out because ${reasonInWords[reason]}. A line looks like ${exampleLine}`,
  )
}
export const exampleLine =
  '{"id": 1, "stream": "maths", "topic": "hello", "sender": "Ada", "ts": 1522572485, "text": "…"}'

/**
 * Reads the beginning of the space, which says whose it is, so that who may not add to it hears it at once.
 * Returns how to read the rest.
 */
async function readSpace(
  server: ServerConnection,
  soFar: SpaceSoFar,
  space: string,
  name: string,
): Promise<() => Promise<void>> {
  /** false: there is no more */
  async function readPage(after: string | null): Promise<string | false> {
    const { items, upToDate } = await server.read(spaceStream(space), after)
    soFar.take(items.map(({ event }) => event))
    return upToDate ? false : (items.at(-1)?.seq ?? false)
  }
  const first = await readPage(null).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error
    if (error.fault.code === 'UNKNOWN_STREAM') return false as const // not made yet
    throw error.fault.code === 'NOT_A_MEMBER' ? new ImportError(madeByAnother(name)) : error
  })
  return async () => {
    for (let after = first; after !== false;) after = await readPage(after)
  }
}

function reportOf(
  spool: Spool,
  rest: Pick<ImportReport, 'read' | 'times' | 'fault' | 'visibility'>,
  sent: { imported: number; known: number },
): ImportReport {
  const { dropped } = spool.counts()
  const same = dropped.get('Same') ?? 0
  const reasons = new Map([...dropped].filter((entry): entry is [Reason, number] => entry[0] !== 'Same'))
  const refused = [...reasons.values()].reduce((sum, lines) => sum + lines, 0)
  const found = new Map(notes.map((note) => [note, spool.noted(note)]))
  for (const [note, { count }] of found) if (count === 0) found.delete(note)
  const { imported } = sent
  return { ...rest, imported, known: sent.known + same, refused, reasons, notes: found, fieldsLeft: spool.fieldsLeft() }
}
