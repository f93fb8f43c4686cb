import { assertNever } from '../../schema/assert.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import { personStream } from '../../schema/events/streams.ts'
import type { FromSync, OpenRoom, ToSync } from '../../schema/messages/sync.ts'
import type { ApplicationDatabase } from '../runtime/application.ts'
import { applyBatch } from './apply-batch.ts'
import { dropStep } from './drop-stream.ts'
import { deviceFailure } from '../runtime/storage/failure.ts'
import { applyUploadResults, pendingEvents } from './outbox.ts'
import { learnServerClock } from './server-clock.ts'
import type { Store } from './store.ts'
import { streamsToSync } from './sync-state.ts'

/**
 * The database's side of the conversation with the sync client. Laws: every batch is answered, after its commit or its
 * failure; the sync client is told anew whom and what to sync whenever that changes.
 */
export interface SyncConversation {
  receive(message: FromSync): void
  setPerson(actor: string | null | undefined, openRoom: OpenRoom | null, cut: boolean): void
  /** Says where it stands. */
  tellState(): void
  /** after local events: to be uploaded now, and perhaps other streams to follow */
  dispatched(events: readonly AnyEvent[]): void
}

export function syncConversation(
  store: Store,
  database: Pick<ApplicationDatabase, 'epoch' | 'generation' | 'full' | 'failed'>,
  send: (message: ToSync) => void,
  wantSnapshot: (message: Extract<FromSync, { type: 'SNAPSHOT_WANTED' }>) => void,
): SyncConversation {
  const { epoch, generation } = database
  let actor: string | null | undefined
  let openRoom: OpenRoom | null = null
  let cut = false
  let told = ''

  /** Before a tab has said who is signed in there is nothing to tell. */
  function tellState(): void {
    if (actor === undefined) return
    const streams = streamsToSync(store, actor)
    told = stateKey(streams)
    send({ type: 'SYNC_STATE', epoch, generation, actor, streams, openRoom, cut })
    send({ type: 'OUTBOX', epoch, complete: true, events: pendingEvents(store) })
  }

  function tellIfStreamsChanged(events: Iterable<unknown>): void {
    for (const event of events) {
      const type = (event as { readonly type?: unknown } | null)?.type
      if (typeof type !== 'string' || !/^(?:space\.|member\.|room\.member$)/.test(type)) continue
      if (actor !== undefined && stateKey(streamsToSync(store, actor)) !== told) tellState()
      return
    }
  }

  const stateKey = (streams: readonly { readonly stream: string }[]) => streams.map(({ stream }) => stream).join(' ')

  /** streams of which something is still to go, and whose device it was */
  const dropping = new Map<string, string>()

  /** With a space its public rooms go. */
  function drop(stream: string): void {
    if (!actor || stream === personStream(actor)) return
    const rooms = store.sql.prepare('SELECT name FROM streams WHERE home = ? AND name <> home').rows(stream)
    for (const each of [stream, ...rooms.map(([name]) => name as string)]) {
      if (dropping.has(each)) continue
      dropping.set(each, actor)
      dropLater(each)
    }
    tellIfStreamsChanged([{ type: 'space.' }])
  }

  /** One step; the next when whatever else waits has had its turn. */
  function dropOn(stream: string): void {
    const person = dropping.get(stream)
    if (person === undefined) return
    if (dropStep(store, stream, person) === 'done') dropping.delete(stream)
    else setTimeout(dropLater, 0, stream)
  }

  /** What does not go now is asked for again at the next connection. */
  function dropLater(stream: string): void {
    try {
      dropOn(stream)
    } catch (error) {
      dropping.delete(stream)
      database.failed(error)
    }
  }

  /** The person is in it again: what is left of before goes first, or it would take what comes with it. */
  function dropTheRest(stream: string): void {
    const person = dropping.get(stream)
    if (person === undefined) return
    while (dropStep(store, stream, person) === 'more');
    dropping.delete(stream)
  }

  function applyEvents(batch: Extract<FromSync, { type: 'EVENTS' }>): void {
    const { batchId } = batch
    try {
      dropTheRest(batch.stream)
      const outcome = applyBatch(store, batch)
      if (outcome.type === 'Gap') {
        const message = `the batch counts from ${batch.after}, the cursor is ${outcome.cursor}`
        return send({ type: 'EVENTS_FAILED', epoch, batchId, code: 'GAP', message })
      }
      send({ type: 'EVENTS_APPLIED', epoch, batchId, rejected: outcome.rejected })
    } catch (error) {
      if (deviceFailure(error) === 'full') return refuseEvents(batchId)
      const message = error instanceof Error ? error.message : String(error)
      send({ type: 'EVENTS_FAILED', epoch, batchId, code: 'STORAGE', message })
      throw error
    }
    tellIfStreamsChanged(batch.items.map((item) => item.event))
  }

  function refuseEvents(batchId: string): void {
    const message = 'there is no room for new messages on this device'
    send({ type: 'EVENTS_FAILED', epoch, batchId, code: 'QUOTA_EXCEEDED', message })
  }

  function uploaded({ stream, results, batchId }: Extract<FromSync, { type: 'UPLOADED' }>): void {
    const { again } = applyUploadResults(store, stream, results)
    send({ type: 'UPLOADED_APPLIED', epoch, batchId })
    if (again.length > 0) send({ type: 'OUTBOX', epoch, complete: false, events: again })
  }

  /** Events that wait to be sent, but not as they were. */
  function replace(events: readonly AnyEvent[]): void {
    if (events.length === 0) return
    send({ type: 'OUTBOX_DISCARDED', epoch, events: events.map(({ stream, id }) => ({ stream, id })) })
    send({ type: 'OUTBOX', epoch, complete: false, events })
  }

  return {
    receive(message) {
      if (message.type === 'EVENTS' && database.full) return refuseEvents(message.batchId)
      switch (message.type) {
        case 'SYNC_HELLO':
          return tellState()
        case 'EVENTS':
          return applyEvents(message)
        case 'SNAPSHOT_WANTED':
          return wantSnapshot(message)
        case 'STREAM_GONE':
          return drop(message.stream)
        case 'UPLOADED':
          return uploaded(message)
        case 'SERVER_CLOCK':
          return replace(learnServerClock(store, message.skewMs))
        case 'SYNC_STATUS':
          return
        default:
          return assertNever(message)
      }
    },
    setPerson(nextActor, nextRoom, nextCut) {
      const movedOn = nextRoom?.room !== openRoom?.room || nextRoom?.stream !== openRoom?.stream
      const changed = nextActor !== actor || movedOn || nextCut !== cut
      actor = nextActor
      openRoom = nextRoom
      cut = nextCut
      if (changed) tellState()
    },
    tellState,
    dispatched(events) {
      if (events.length > 0) send({ type: 'OUTBOX', epoch, complete: false, events })
      tellIfStreamsChanged(events)
    },
  }
}
