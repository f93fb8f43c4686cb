import { spaceStream, streamOfRoom } from '../../schema/events/streams.ts'
import { derivedUlid } from '../../schema/import/derived-id.ts'
import type { HistoryImport } from '../../schema/import/history.ts'
import { notes, type Note, type Position, type SourceRecord } from '../../schema/import/records.ts'
import { madeByAnother } from './batch-sender.ts'
import { ImportError } from './import-error.ts'
import { droppedInWords, quoted, reasonInWords } from './in-words.ts'
import type { Source } from './open-source.ts'
import { createResolver } from './resolve-message.ts'
import { sendChanges, type ChangeCounts } from './send-changes.ts'
import { sendMessages, type Sent } from './send-messages.ts'
import { Refused, type ServerConnection } from './server-connection.ts'
import { openSpaceSoFar, type SpaceSoFar } from './space-so-far.ts'
import { openSpool, type Dropped, type Reason, type Spool, type Times } from './spool.ts'

/**
 * Source → records → messages in order of time → the server, then what was said of them later. All records are read
 * before the first is sent: only then is it known what their times mean, which ids are there twice, and what came first.
 */
export interface ImportReport extends Sent {
  readonly source: Pick<Source, 'title' | 'noun' | 'path'>
  /** lines that are not blank, or messages; each is exactly one of imported, known, refused */
  readonly read: number
  readonly refused: number
  /** of the refused, the most frequent first */
  readonly reasons: ReadonlyMap<Reason, number>
  /** of those that were taken, what was not as it should be */
  readonly notes: ReadonlyMap<Note, { readonly count: number; readonly lines: readonly Position[] }>
  readonly fieldsLeft: readonly (readonly [name: string, lines: number])[]
  readonly changes: ChangeCounts
  /** what is not taken over, and what came over, by kind */
  readonly left: ReadonlyMap<string, number>
  readonly cameOver: ReadonlyMap<string, number>
  readonly times: Times
  readonly visibility: 'public' | 'invite'
  /** how the source ends before its end; null when it was read whole */
  readonly fault: string | null
}
export interface ImportOptions {
  readonly space: string
  readonly visibility: 'public' | 'invite'
  readonly onProgress: (step: 'reading' | 'sending', progress: number, lines: number) => void
  /** once a line, or a message, that is not imported */
  readonly onRefused: (line: number, sentence: string) => void
}

export async function importHistory(
  server: ServerConnection,
  source: Source,
  options: ImportOptions,
): Promise<ImportReport> {
  const { space: name, onRefused, onProgress } = options
  const space = derivedUlid(0, 'import', name)
  const spool = await openSpool(space)
  try {
    const soFar = openSpaceSoFar(spool.database, space, server.actor)
    const more = await readSpace(server, soFar, space, name)
    const visibility = soFar.visibility() ?? options.visibility
    if (visibility === 'public' && options.visibility === 'invite') {
      throw new ImportError(
        `The space “${name}” is there already, and anyone may join it. Choose another name with --space.`,
      )
    }
    const read = await readInto(spool, source, visibility === 'invite', (lines) => {
      onProgress('reading', source.progress(), lines)
    })
    const times = spool.settle(server.now())
    const { left } = spool.counts()
    const tell = (dropped: Dropped) => onRefused(dropped.line, droppedInWords(dropped, times.unit))
    refuseHopeless(spool, source, read)
    for (const dropped of spool.dropped()) tell(dropped)
    const rest = { read, times, visibility: left === 0 ? options.visibility : visibility, source }
    if (left === 0) return reportOf(spool, rest, nothingSent, nothingChanged)

    await more()
    const history: HistoryImport = { space, name, visibility, importer: server.actor }
    const { resolve, placeOf } = createResolver(spool, soFar, space)
    const sent = await sendMessages(server, soFar, spool, resolve, history, {
      onRefused({ place, file, line }, reason, about) {
        const at = spool.positionOf({ file, line })
        spool.drop(at, reason, about, place)
        tell({ ...at, reason, about })
      },
      onProgress: (messages) => onProgress('sending', messages / left, messages),
    })
    const changes = await sendChanges(server, soFar, spool, placeOf, history)
    return reportOf(spool, rest, sent, changes)
  } catch (error) {
    throw error instanceof ImportError ? error : inASentence(error as Error)
  } finally {
    spool.close()
    source.close()
  }
}

const nothingSent: Sent = { imported: 0, known: 0, made: { rooms: 0, threads: 0, people: 0 } }
const none = { imported: 0, known: 0 }
const nothingChanged: ChangeCounts = { edit: none, reaction: none, pin: none, delete: none }

function inASentence(error: Error): Error {
  if (error instanceof Refused) return new ImportError(`The server refused: ${error.message}.`)
  if (/disk is full|disk I\/O/.test(error.message)) {
    return new ImportError(
      'There is no room for the temporary file that holds the lines. SQLITE_TMPDIR names another folder for it.',
    )
  }
  return error
}

/** How many lines, or messages, there are. */
async function readInto(
  spool: Spool,
  source: Source,
  takePrivate: boolean,
  onProgress: (lines: number) => void,
): Promise<number> {
  let read = 0
  for await (const records of source.records({ takePrivate })) {
    for (const record of records) {
      switch (record.type) {
        case 'Message':
          read += 1
          spool.add(record.at, record.message)
          break
        case 'Fault':
          read += 1
          spool.drop(record.at, record.fault, aboutOf(record))
          break
        case 'Change':
          spool.change(record.at, record.change)
          break
        case 'Room':
          spool.name('room', record.room, record.topic)
          break
        case 'Left':
          spool.countLeft(record.kind, record.count)
          break
        case 'Told':
          spool.countTold(record.kind, record.count)
      }
    }
    onProgress(read)
  }
  for (const [kind, count] of source.left) spool.countLeft(kind, count)
  return read
}

function aboutOf({ fault, about }: SourceRecord & { readonly type: 'Fault' }): string {
  return fault === 'Unreadable' ? String(about) : quoted(about)
}

/** One sentence for a file of which no line is a message, and not one a line. */
function refuseHopeless(spool: Spool, source: Source, read: number): void {
  const { left, dropped } = spool.counts()
  const fault = source.fault()
  if (left > 0 || spool.left.size > 0) return
  if (fault !== null && read === 0) throw new ImportError(fault)
  if (read === 0) {
    const what = source.noun === 'line' ? 'nothing but blank lines' : 'no message in it'
    throw new ImportError(`${source.path} has ${what}.`)
  }
  const [[reason, lines] = ['NotJson' as const, 0]] = dropped
  const isForeign = ['NotJson', 'NotAnObject', 'TooLong', 'NoTime', 'NoText'].includes(reason)
  if (source.noun !== 'line' || !isForeign || lines < read || (read === 1 && source.shape === 'lines')) return
  const which = read === 1 ? 'its only line' : `each of its ${read.toLocaleString('en')} lines`
  throw new ImportError(
    `${source.path} has no message in it: ${which} is left out because ${reasonInWords[reason]}. A line looks like ${exampleLine}`,
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
  async function readPage(stream: string, after: string | null): Promise<string | false> {
    const { items, upToDate } = await server.read(stream, after)
    soFar.take(items.map(({ event }) => event))
    return upToDate ? false : (items.at(-1)?.seq ?? false)
  }
  const structure = spaceStream(space)
  const first = await readPage(structure, null).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error
    if (error.fault.code === 'UNKNOWN_STREAM') return false as const // not made yet
    throw error.fault.code === 'NOT_A_MEMBER' ? new ImportError(madeByAnother(name)) : error
  })
  return async () => {
    for (let after = first; after !== false;) after = await readPage(structure, after)
    for (const room of soFar.rooms()) {
      const stream = streamOfRoom(space, room)
      for (let after = await readPage(stream, null); after !== false;) after = await readPage(stream, after)
    }
  }
}

function reportOf(
  spool: Spool,
  { source, ...rest }: Pick<ImportReport, 'read' | 'times' | 'visibility'> & { readonly source: Source },
  sent: Sent,
  changes: ChangeCounts,
): ImportReport {
  const { dropped } = spool.counts()
  const same = dropped.get('Same') ?? 0
  const reasons = new Map([...dropped].filter((entry): entry is [Reason, number] => entry[0] !== 'Same'))
  const refused = [...reasons.values()].reduce((sum, lines) => sum + lines, 0)
  const found = new Map(notes.map((note) => [note, spool.noted(note)]))
  for (const [note, { count }] of found) if (count === 0) found.delete(note)
  return {
    ...rest,
    ...sent,
    source,
    known: sent.known + same,
    refused,
    reasons,
    notes: found,
    fieldsLeft: spool.fieldsLeft(),
    changes,
    left: spool.left,
    cameOver: spool.told,
    fault: source.fault(),
  }
}
