import { assertNever } from '../../schema/assert.ts'
import { clockToMs } from '../../schema/events/clock.ts'
import { asNewest, type EventDraft, type KnownEvent } from '../../schema/events/event.ts'
import { isFromFile, localStream } from '../../schema/events/streams.ts'
import type { FileAnswer, OpeningFault, OpeningFile } from '../../schema/messages/chat-status.ts'
import type { ApplicationDatabase } from '../runtime/application.ts'
import { deviceFailure, sqliteCode } from '../runtime/storage/failure.ts'
import type { ByteSource } from '../runtime/storage/attached-bytes.ts'
import { applyBatch } from '../event-store/apply-batch.ts'
import type { StoredEvent } from '../event-store/block-codec.ts'
import { dispatchDrafts } from '../event-store/dispatch-drafts.ts'
import { dropStep } from '../event-store/drop-stream.ts'
import { eventColumns, toEvent } from '../event-store/event-log-table.ts'
import { mostUnpacked, packStep } from '../event-store/seal.ts'
import { inTransaction, type Store } from '../event-store/store.ts'
import { openedSpaceId } from './opened-space-id.ts'
import { readSpaceFile, spaceIn, type SpaceFile } from './read-file.ts'
import { relocation } from './relocate.ts'

/**
 * Opens an exported file as a space of this device alone: event by event, as if they came from a server that nobody trusts. It is
 * listed when all of it is here, since the person joins it last. A leader that ends before leaves nothing that shows, and the next one
 * takes it away.
 *
 * What is done goes in jobs, one after another, each in steps of one transaction, so that the app goes on meanwhile.
 */
export interface OpenFileRequest {
  readonly file: Blob
  /** who opens it, and is a member of the new space from then on; which stream that is, the file says */
  readonly join: Omit<EventDraft, 'stream'>
}

export interface RemoveRequest {
  readonly space: string
  /** who opened it */
  readonly actor: string
}

type Job = Generator<void, void>

export function fileOpener(
  store: Store,
  database: Pick<ApplicationDatabase, 'attach' | 'after' | 'full' | 'failed'>,
  bytesOf: (file: Blob) => ByteSource,
  /** something was written: it is to be sealed in a quiet moment */
  wrote: () => void,
) {
  const { sql } = store
  let status: OpeningFile | null = null
  /** the file that is being read, or waits to be */
  let current: Current | null = null
  const jobs: Job[] = []
  const left = readMark()
  if (left) start(left.leaves || !isListed(left) ? removing(left) : forgetting())

  function open({ file, join }: OpenFileRequest): FileAnswer {
    if (current) return { type: 'Refused', reason: 'busy' }
    let detach: () => void
    try {
      detach = database.attach('opened', bytesOf(file))
    } catch (error) {
      return { type: 'Refused', reason: sqliteCode(error) === corrupt ? 'damaged' : 'no-database' }
    }
    const found = readSpaceFile(sql, 'opened')
    const answer = answerTo(found, join)
    if (found.type !== 'Space' || answer.type !== 'Opening') {
      detach()
      return answer
    }
    status = { space: answer.space, state: 'reading', done: 0, total: eventsIn(found), leftOut: 0 }
    const own: Current = {
      end() {
        detach()
        current = null
      },
    }
    current = own
    start(reading(found, answer.space, join, own))
    return answer
  }

  function answerTo(found: ReturnType<typeof readSpaceFile>, { actor }: OpenFileRequest['join']): FileAnswer {
    switch (found.type) {
      case 'Space': {
        const space = openedSpaceId(found.info)
        return { type: isListed({ stream: localStream(space), actor }) ? 'AlreadyHere' : 'Opening', space }
      }
      case 'Foreign':
        return { type: 'Refused', reason: 'foreign' }
      case 'Newer':
        return { type: 'Refused', reason: 'newer' }
      case 'Damaged':
        return { type: 'Refused', reason: 'damaged' }
      default:
        return assertNever(found)
    }
  }

  function* reading(found: SpaceFile, space: string, join: OpenFileRequest['join'], own: Current): Job {
    const stream = localStream(space)
    const mark = { stream, actor: join.actor }
    const place = relocation(spaceIn(found.info.streams), { space, stream, opener: join.actor })
    const count = { read: 0, leftOut: 0 }
    const total = eventsIn(found)
    const say = (state: OpeningFile['state'], done = Math.min(count.read, total)) =>
      void (status = { space, state, done, total, leftOut: count.leftOut })
    const take = (events: readonly StoredEvent[]): void => {
      const items = events.flatMap(({ event, receivedAt }) => {
        const moved = place.event(event)
        count.read++
        return moved ? [{ seq: seqOf(count.read), receivedAt: receivedAt ?? writtenAt(event), event: moved }] : []
      })
      if (items.length === 0) return
      const outcome = applyBatch(store, { batchId: '', stream, items, after: null, cursor: null })
      if (outcome.type === 'Applied') count.leftOut += outcome.rejected.length
    }
    if (current !== own) return // cancelled before it began
    try {
      writeMark(mark)
      for (const pieces = found.read(); ;) {
        if (current !== own) return start(removing(mark))
        if (database.full) throw new NoRoom()
        const piece = next(pieces)
        if (piece.done) break
        take(piece.value.events)
        count.leftOut += piece.value.unreadable
        if (store.log.blocks.unpacked() > mostUnpacked) packStep(store)
        say('reading')
        wrote()
        yield
      }
      const joined = dispatchDrafts(store, [{ ...join, stream } as EventDraft])
      if (joined.type === 'InvalidEvent') throw new Error(joined.fault.message)
      start(forgetting())
      say('done', total)
    } catch (error) {
      const fault = faultOf(error)
      if (fault === 'failed') console.error(error)
      say(fault)
      start(removing(mark))
    } finally {
      if (current === own) own.end()
    }
  }

  function* removing({ stream, actor }: Mark): Job {
    writeMark({ stream, actor, leaves: true })
    dropWritten(stream) // the joining too: it is in no list any more
    yield
    while (dropStep(store, stream, actor) === 'more') yield
    forgetMark()
  }

  /** What was written here, and so has no place in any log: few events, since older ones are sealed. */
  function dropWritten(stream: string): void {
    inTransaction(store, () => {
      for (const row of sql.prepare(written).rows(stream)) {
        const event = toEvent(row)
        if (row[11] !== null) store.projector.unproject(asNewest(event as KnownEvent))
        store.log.remove(event)
      }
    })
  }

  // oxlint-disable-next-line require-yield
  function* forgetting(): Job {
    forgetMark()
  }

  function start(job: Job): void {
    jobs.push(job)
    if (jobs.length === 1) database.after(0, step)
  }

  function step(): void {
    const [job] = jobs
    try {
      if (job!.next().done) jobs.shift()
    } catch (error) {
      jobs.shift() // what is left of it goes when the next leader begins
      database.failed(error)
    }
    if (jobs.length > 0) database.after(0, step)
  }

  function isListed({ stream, actor }: Mark): boolean {
    return (
      sql.prepare('SELECT 1 FROM memberships WHERE stream = ? AND person_id = ? AND active = 1').rows(stream, actor)
        .length > 0
    )
  }

  function readMark(): Mark | null {
    const found = sql.prepare('SELECT value FROM meta WHERE key = ?').rows(key)[0]?.[0]
    return typeof found === 'string' ? (JSON.parse(found) as Mark) : null
  }
  function writeMark(mark: Mark): void {
    store.transaction(() => void sql.prepare(keep).run(JSON.stringify(mark)))
  }
  function forgetMark(): void {
    store.transaction(() => void sql.prepare(forget).run())
  }

  return {
    open,
    /** Nothing is kept of the file that is being read. */
    cancel(): void {
      if (!current) return
      current.end()
      status = { ...status!, state: 'cancelled' }
    },
    /** A space that was opened from a file leaves the device. */
    remove({ space, actor }: RemoveRequest): void {
      if (isFromFile(space)) start(removing({ stream: localStream(space), actor }))
    },
    status: () => status,
  }
}

interface Current {
  /** lets go of the file */
  end(): void
}

/** What is being read, and who joins it at its end, or what is being taken away: a leader that finds it has something to take away. */
interface Mark {
  readonly stream: string
  readonly actor: string
  readonly leaves?: boolean
}
const written = `SELECT ${eventColumns}, e.applied_at FROM events e WHERE e.stream = ? AND e.seq IS NULL`
const key = 'opening_file'
const keep = `INSERT INTO meta (key, value) VALUES ('${key}', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const forget = `DELETE FROM meta WHERE key = '${key}'`

const eventsIn = ({ info }: SpaceFile): number => info.streams.reduce((sum, { events }) => sum + Math.max(0, events), 0)

class NoRoom extends Error {}
/** Damage of the file is none of this device's own database. */
class NotRead extends Error {
  readonly fault: OpeningFault
  constructor(fault: OpeningFault) {
    super(fault)
    this.fault = fault
  }
}

function next(pieces: ReturnType<SpaceFile['read']>): ReturnType<typeof pieces.next> {
  try {
    return pieces.next()
  } catch (error) {
    throw new NotRead(sqliteCode(error) === ioError ? 'gone' : 'damaged')
  }
}
const ioError = 10
const corrupt = 11

function faultOf(error: unknown): OpeningFault {
  if (error instanceof NotRead) return error.fault
  return error instanceof NoRoom || deviceFailure(error) === 'full' ? 'no-room' : 'failed'
}

const seqOf = (place: number): string => String(place).padStart(16, '0')
/** of what never met a server */
function writtenAt({ at, clock }: StoredEvent['event']): number {
  const said = /^\d{1,19}$/.test(String(clock)) ? clockToMs(clock) : 0
  return Number.isSafeInteger(at) ? Math.max(at, said) : said
}
