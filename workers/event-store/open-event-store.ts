import { deviceBounds } from '../../schema/device-bounds.ts'
import type { AnyEvent, EventDraft } from '../../schema/events/event.ts'
import { keyIn, type EventKey } from '../../schema/events/key.ts'
import { streamKind } from '../../schema/events/streams.ts'
import type { ChatStatus, FileAnswer } from '../../schema/messages/chat-status.ts'
import type { PastQuestion, PastRoom } from '../../schema/messages/past.ts'
import type { EventRef, EventTrace, RowRef, RowTrace } from '../../schema/messages/trace.ts'
import type { FromSync, OpenRoom, ToSync } from '../../schema/messages/sync.ts'
import type { ApplicationDatabase, Rescued, Session } from '../runtime/application.ts'
import { noRoom, RequestFailure } from '../runtime/serving/leader-database.ts'
import { dispatchDrafts } from './dispatch-drafts.ts'
import { forgetLosses } from './drop-stream.ts'
import { discardEvents, outboxCount, pendingEvents, requeueEvents, retryEvents } from './outbox.ts'
import { needsReplay, projectStored, replay } from './replay.ts'
import { mostUnpacked, packStep, sealInQuiet, sealStep } from './seal.ts'
import { openStore } from './store.ts'
import { pastRooms } from './past/past-rooms.ts'
import { bytesOfFile } from '../runtime/storage/attached-bytes.ts'
import { exportSpace, type ExportRequest } from '../snapshot/export-space.ts'
import { fileOpener, type OpenFileRequest, type RemoveRequest } from '../snapshot/open-file.ts'
import { fetchSnapshot } from '../snapshot/fetch-snapshot.ts'
import { snapshotLoads } from '../snapshot/load-snapshots.ts'
import { traceEvent, traceRow } from './trace/trace.ts'
import { syncConversation } from './sync-messages.ts'

/** The event store in the leader: what its commands do, and what it says to tabs and to the sync client. */
export interface EventStore extends Session {
  dispatch(events: readonly EventDraft[]): void
  retry(events: readonly EventKey[]): void
  discard(events: readonly EventKey[]): void
  /** the person has seen what they lost */
  forgetLosses(): void
  pastRoom(question: PastQuestion): PastRoom
  traceRow(row: RowRef): RowTrace
  traceEvent(event: EventRef): EventTrace
  /** A space as a file. */
  exportSpace(request: ExportRequest): Blob
  /** Begins to open such a file as a space of this device; how it goes is in the status. */
  openFile(request: OpenFileRequest): FileAnswer
  cancelFile(): void
  /** A space that was opened from a file leaves the device. */
  removeFile(request: RemoveRequest): void
}

export function openEventStore(database: ApplicationDatabase): EventStore {
  const store = openStore({ sql: database.sql, transaction: database.transaction })
  const send = (message: ToSync) => database.toPeer(message)
  const loads = snapshotLoads(store, database, (home, told) => fetchSnapshot(fetch, home, told), {
    send,
    took: () => sync.tellState(),
  })
  const sync = syncConversation(store, database, send, loads.want)
  const sealing = sealInQuiet(() => !database.full && sealStep(store), database)
  const files = fileOpener(store, database, bytesOfFile, () => sealing.wrote())
  /** undefined: no tab has spoken yet, and the last leader's word stands */
  let cut: boolean | undefined
  let status: Pick<ChatStatus, 'outbox' | 'openingFile'> & { readonly cut?: boolean } = {
    outbox: { pending: 0, failed: 0 },
    openingFile: null,
  }
  projectStored(store)
  if (needsReplay(store)) replay(store, () => {}).catch(database.failed) // it goes on at the next start

  return {
    dispatch(events) {
      if (database.full && !events.every(makesRoom)) throw new RequestFailure('QUOTA_EXCEEDED', noRoom)
      if (events.some(isSent) && outboxCount(store).pending >= deviceBounds.outboxEvents) {
        throw new RequestFailure('UNAVAILABLE', tooMuchUnsent)
      }
      const outcome = dispatchDrafts(store, events)
      if (outcome.type === 'InvalidEvent') {
        const { index, fault } = outcome
        throw new RequestFailure('INVALID_ARGUMENT', `event ${index}: ${fault.message}`)
      }
      sync.dispatched(outcome.events)
      sealing.wrote()
    },
    retry: (events) => sync.dispatched(retryEvents(store, events)),
    discard(events) {
      const gone = discardEvents(store, events)
      if (gone.length > 0) send({ type: 'OUTBOX_DISCARDED', epoch: database.epoch, events: gone })
    },
    forgetLosses: () => forgetLosses(store),
    pastRoom: pastRooms(store, database),
    traceRow: (row) => traceRow(store, row),
    traceEvent: (event) => traceEvent(store, event),
    exportSpace: (request) => exportSpace(store, database, request),
    openFile: files.open,
    cancelFile: files.cancel,
    removeFile: files.remove,
    status() {
      const { pending, failed } = outboxCount(store)
      const { outbox } = status
      const openingFile = files.status()
      const isSame =
        pending === outbox.pending &&
        failed === outbox.failed &&
        cut === status.cut &&
        openingFile === status.openingFile
      if (!isSame) {
        status = { outbox: { pending, failed }, openingFile, ...(cut !== undefined && { cut }) }
      }
      return status
    },
    context({ actor, openRoom, cut: isCut }) {
      cut = isCut === true
      sync.setPerson(actor as string | null | undefined, (openRoom as OpenRoom | undefined) ?? null, cut)
    },
    peer(message) {
      sync.receive(message as FromSync)
      if (!database.full && store.log.blocks.unpacked() > mostUnpacked) packStep(store)
      sealing.wrote()
    },
    // what was refused for lack of room is to come again
    roomAgain: sync.tellState,
    pending: () => pendingEvents(store).map(rescued),
    restore: (kept) =>
      void requeueEvents(
        store,
        kept.map(({ value }) => value),
      ),
  }
}

/** An event that the server has not had, as it is kept elsewhere. */
export const rescued = (event: AnyEvent): Rescued => ({ key: keyIn(event.stream, event.id), value: event })

const isSent = ({ stream }: EventDraft): boolean => streamKind(stream) !== 'local'
const tooMuchUnsent = `${deviceBounds.outboxEvents} events wait to be sent. Connect to the server before you write more.`

/** What is still taken on a full device, since it leads to more room than it takes. */
const makesRoom = ({ type }: EventDraft): boolean => /\.(?:delete|erase|remove|leave)$/.test(type)
