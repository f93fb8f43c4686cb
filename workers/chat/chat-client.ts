import { map, type Observable } from 'rxjs'
import type { EventDraft } from '../../schema/events/event.ts'
import type { EventKey } from '../../schema/events/key.ts'
import { chatStatus, type ChatStatus, type FileAnswer } from '../../schema/messages/chat-status.ts'
import type { PastQuestion, PastRoom } from '../../schema/messages/past.ts'
import { chatNames, type OpenRoom } from '../../schema/messages/sync.ts'
import type { EventRef, EventTrace, RowRef, RowTrace } from '../../schema/messages/trace.ts'
import type { eventStore } from '../event-store/event-store.ts'
import type { ExportRequest } from '../snapshot/export-space.ts'
import type { OpenFileRequest, RemoveRequest } from '../snapshot/open-file.ts'
import type { Client } from '../runtime/client/client.ts'
import { connect } from '../runtime/client/connect.ts'
import { takeEarlyHost } from './early-host.ts'
import { networkSwitch } from './network-switch.ts'
import { syncNudges } from './nudge-sync.ts'
import { spawnCoordinator, spawnHost } from './spawn.ts'

/** The runtime's client, in the chat's words. */
export interface ChatClient extends Client<(typeof eventStore)['commands']> {
  readonly status$: Observable<ChatStatus>
  /** Resolves when the events and their outbox rows are durable on this device. All or none. Rejects with a ClientError. */
  dispatch(events: readonly EventDraft[]): Promise<void>
  /** Puts failed events back in the queue. */
  retry(events: readonly EventKey[]): Promise<void>
  /** Takes never-acknowledged events back: they leave the outbox, the log and every projection. */
  discard(events: readonly EventKey[]): Promise<void>
  /** A space as a file: all of it that is on this device, as far as the person may read it. */
  exportSpace(request: ExportRequest): Promise<Blob>
  /** Begins to open such a file as a space of this device; `status$.openingFile` says how it goes. */
  openFile(request: OpenFileRequest): Promise<FileAnswer>
  cancelFile(): Promise<void>
  /** A space that was opened from a file leaves the device. */
  removeFile(request: RemoveRequest): Promise<void>
  /** The person has seen what they may no longer read. */
  forgetLosses(): Promise<void>
  /** Who this device is signed in as; null when signed out. Sync follows it. */
  setActor(actor: string | null): void
  /** The room on screen: sync fetches its newest page first. */
  setOpenRoom(room: OpenRoom | null): void
  /** A room as it was at a moment, by the same projections; the present one is only read. */
  pastRoom(question: PastQuestion): Promise<PastRoom>
  /** From a row to the events that made it, and from an event to the rows that it has a part in. */
  traceRow(row: RowRef): Promise<RowTrace>
  traceEvent(event: EventRef): Promise<EventTrace>
  /** Off: no tab of this device asks anything of the server until it is on again, or all of them are closed. */
  setNetwork(on: boolean): void
}

export function connectChat(): ChatClient {
  const sync = syncNudges()
  const client = connect<typeof eventStore>({
    name: 'rsql',
    worker: (name) => takeEarlyHost() ?? spawnHost(name),
    coordinator: spawnCoordinator,
    wakePeer: sync.nudge,
  })
  const network = networkSwitch((cut) => client.setContext('cut', cut))
  client.status$.subscribe(({ role, application }) => {
    sync.setLeader(role === 'leader')
    network.heard((application as Partial<ChatStatus>).cut)
  })
  return {
    ...client,
    status$: client.status$.pipe(map(chatStatus)),
    dispatch: (events) => client.call('dispatch', events),
    retry: (events) => client.call('retry', events),
    discard: (events) => client.call('discard', events),
    exportSpace: (request) => client.call('exportSpace', request),
    openFile: (request) => client.call('openFile', request),
    cancelFile: () => client.call('cancelFile'),
    removeFile: (request) => client.call('removeFile', request),
    forgetLosses: () => client.call('forgetLosses'),
    setActor: (actor) => client.setContext('actor', actor),
    setOpenRoom: (room) => client.setContext('openRoom', room),
    pastRoom: (question) => client.call('pastRoom', question),
    traceRow: (row) => client.call('traceRow', row),
    traceEvent: (event) => client.call('traceEvent', event),
    setNetwork: network.set,
    close() {
      sync.close()
      client.close()
    },
  }
}

/** where the copies of a damaged database are */
export const { damagedFolder } = chatNames
