import type { AnyEvent, EventFault } from '../events/event.ts'
import type { EventKey } from '../events/key.ts'
import type { Received } from './received.ts'
import type { SyncStatus } from './chat-status.ts'
import { namesOf } from './runtime/protocol.ts'

/** The chat among the applications of its origin. */
export const chatNames = namesOf('rsql')

/**
 * Sync client (Service Worker) ↔ event store in the leader: the messages of the runtime's peer line (runtime/peer.ts).
 * Laws: the database owns the cursor; a batch is acknowledged after its commit; whatever is lost on the way is sent
 * again (events are idempotent by stream and id); a message of an older epoch is dropped. A BroadcastChannel does not wake a stopped
 * Service Worker: the leader's page posts `ServiceWorkerNudge` to `registration.active` when the coordinator asks for it
 * (WAKE_PEER).
 */
export type FromSync =
  /** started (or restarted): answer with SYNC_STATE */
  | { readonly type: 'SYNC_HELLO' }
  /**
   * One transaction's worth of events of one stream. `cursor` is set when everything up to it is then applied; it
   * counts from `after`: a stream whose cursor is short of `after` (null: the beginning) has lost a batch on the way,
   * so the batch is refused with EVENTS_FAILED code GAP. A cursor never moves backwards. Without a cursor (newest
   * page, outline) `after` means nothing.
   */
  | {
      readonly type: 'EVENTS'
      readonly batchId: string
      readonly stream: string
      readonly items: readonly Received[]
      readonly after: string | null
      readonly cursor: string | null
    }
  /** the server gives nothing more of this stream to the person: what is here of it is to go */
  | { readonly type: 'STREAM_GONE'; readonly stream: string }
  /**
   * Much of this home (schema/events/home-of.ts) is still to come, and little of it is here: is there a snapshot? Its history is not asked
   * for until SNAPSHOT_ENDED.
   */
  | { readonly type: 'SNAPSHOT_WANTED'; readonly home: string }
  /** what the server said of uploaded events; `error` is final (the person decides), a passing fault is not reported */
  | {
      readonly type: 'UPLOADED'
      readonly batchId: string
      readonly stream: string
      readonly results: readonly UploadResult[]
    }
  /** for every tab (PEER_STATUS), not for the event store */
  | { readonly type: 'SYNC_STATUS'; readonly status: SyncStatus }
  /** how far the server's clock is ahead of this device's: once it is known, and when it changes */
  | { readonly type: 'SERVER_CLOCK'; readonly skewMs: number }

export type ToSync =
  /** another coordinator serves: what was on its way through the one before may be lost */
  | { readonly type: 'COORDINATOR_STARTED' }
  /** who to sync as, and from where. Sent on hello, on every new leader, and when streams or actor change */
  | {
      readonly type: 'SYNC_STATE'
      readonly epoch: number
      /** which database: one that was lost begins to count anew, and may come to the same epoch */
      readonly generation: string
      readonly actor: string | null
      readonly streams: readonly { readonly stream: string; readonly cursor: string | null }[]
      /** the room on screen: its newest page is worth fetching first */
      readonly openRoom: OpenRoom | null
      /** a person switched the network off: nothing is asked of the server */
      readonly cut: boolean
    }
  | {
      readonly type: 'EVENTS_APPLIED'
      readonly epoch: number
      readonly batchId: string
      readonly rejected: readonly RejectedEvent[]
    }
  | {
      readonly type: 'EVENTS_FAILED'
      readonly epoch: number
      readonly batchId: string
      readonly code: string
      readonly message: string
    }
  /** how much of a snapshot is here, from 0 to 1; there is no end to wait for without it */
  | { readonly type: 'SNAPSHOT_PROGRESS'; readonly epoch: number; readonly home: string; readonly part: number }
  /** up to where each stream is applied now; none: there was no snapshot, or it could not be taken */
  | {
      readonly type: 'SNAPSHOT_ENDED'
      readonly epoch: number
      readonly home: string
      readonly cursors: readonly { readonly stream: string; readonly cursor: string }[]
    }
  /** events to upload, oldest first: those of a dispatch, or the whole outbox after SYNC_STATE */
  | {
      readonly type: 'OUTBOX'
      readonly epoch: number
      readonly complete: boolean
      readonly events: readonly AnyEvent[]
    }
  | { readonly type: 'UPLOADED_APPLIED'; readonly epoch: number; readonly batchId: string }
  /** the person took these back before the server had them: they must not be uploaded from the mirror either */
  | { readonly type: 'OUTBOX_DISCARDED'; readonly epoch: number; readonly events: readonly EventKey[] }

export interface OpenRoom {
  readonly stream: string
  readonly room: string
}

export type UploadResult =
  | { readonly id: string; readonly seq: string; readonly receivedAt: number }
  | { readonly id: string; readonly error: { readonly code: string; readonly message: string } }

export interface RejectedEvent {
  readonly id: string | null
  readonly fault: EventFault
}

/**
 * Page → Service Worker. NUDGE wakes it; it then says SYNC_HELLO if it had been stopped. ONLINE (the page's `online`
 * event, or the person's "retry now") wakes it too and tries the network again without waiting for the backoff; OFFLINE is the
 * page's `offline` event.
 */
export type ServiceWorkerNudge =
  | { readonly type: 'NUDGE' }
  | { readonly type: 'ONLINE' }
  | { readonly type: 'OFFLINE' }
  | { readonly type: 'SKIP_WAITING' }

/** Service Worker → page, when a notification was clicked and a window was already open. */
export interface OpenRoomRequest {
  readonly type: 'OPEN_ROOM'
  readonly stream: string
  readonly room: string | null
  readonly thread: string | null
  readonly message: string | null
}
