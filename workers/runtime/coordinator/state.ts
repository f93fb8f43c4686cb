import type { FromDatabase, ToDatabase } from '../../../schema/messages/runtime/database.ts'
import type { FromPeer, ToPeer } from '../../../schema/messages/runtime/peer.ts'
import type { Context, RoutedFromTab, SharedStatus, TabRequest, ToTab } from '../../../schema/messages/runtime/tab.ts'
import type { Query } from '../../../schema/live.ts'

/**
 * What the coordinator knows, and what goes in and out of it. Law: nothing here is worth saving; a fresh coordinator
 * that has heard REGISTER_TAB from every tab and DB_OPENED from the leader knows the same.
 */
export interface CoordinatorState {
  readonly coordinatorId: string
  readonly options: CoordinatorOptions
  readonly tabs: Map<string, Tab>
  leader: Leader | null
  /** the highest epoch heard of */
  epoch: number
  /** in the order of arrival */
  readonly requests: Map<string, PendingRequest>
  readonly queries: Map<string, SharedQuery>
  readonly queryKeys: Map<string, string>
  nextQueryId: number
  nextHeartbeat: number
  status: SharedStatus
  context: Context
  /** the peer that we heard last, and watch */
  peerId: string | null
  peerWokenAt: number
  beatAt: number
}

export interface Tab {
  readonly tabId: string
  readonly life: number
  readonly attempt: number
  readonly order: number
  /** this tab's worker has a port to us, so it can lead */
  readonly electable: boolean
  visible: boolean
  /** WASM compiled */
  ready: boolean
  /** promotions that failed since the last that worked */
  failures: number
  electableAt: number
  sent: number
  received: number
  /** changes sent and not yet received, by message */
  readonly unreceived: { n: number; size: number }[]
  unreceivedSize: number
  /** too much is piled up: nothing more is sent until it has caught up, then fresh snapshots */
  behind: boolean
}

export interface Leader {
  readonly tabId: string
  readonly life: number
  /** promoted: waiting for the lock · opening: has the lock · open */
  phase: 'promoted' | 'opening' | 'open'
  /** the proposal until open, the database's own from then on */
  epoch: number
  /** when it was last heard */
  heardAt: number
  /** when it was first heard: its worker runs, and waits for the lock; null while that may still be loading */
  waitsSince: number | null
  pingedAt: number
}

export interface PendingRequest {
  readonly tabId: string
  readonly request: TabRequest
  readonly mayWrite: boolean
  readonly deadline: number
  /** the epoch of the leader that it was last forwarded to */
  forwardedEpoch: number | null
  /** the epoch of the leader that may have run it */
  acceptedEpoch: number | null
  attempts: number
  notBefore: number
}

export interface SharedQuery {
  readonly queryId: string
  readonly key: string
  readonly query: Query
  readonly subscribers: Map<string, Subscriber>
}
/** One tab's interest: `live` once it has a snapshot from this leader, and not while it is behind. */
export interface Subscriber {
  readonly tabId: string
  readonly subscriptionId: string
  live: boolean
}

export type Input =
  /** a REGISTER_TAB's port pair is known to the wiring; `electable` says that the worker's port came with it */
  | { readonly from: 'tab'; readonly tabId: string; readonly message: RoutedFromTab; readonly electable?: boolean }
  | { readonly from: 'database'; readonly tabId: string; readonly message: FromDatabase }
  | { readonly from: 'peer'; readonly message: FromPeer }
  | { readonly from: 'locks'; readonly type: 'LOCK_RELEASED'; readonly tabId: string; readonly life: number }
  | { readonly from: 'locks'; readonly type: 'PEER_ENDED'; readonly peerId: string }
  | { readonly from: 'clock' }

export type Delivery =
  | { readonly to: 'tab'; readonly tabId: string; readonly message: ToTab }
  | { readonly to: 'database'; readonly tabId: string; readonly message: ToDatabase }
  | { readonly to: 'peer'; readonly message: ToPeer }
  /** wait for this lock and say LOCK_RELEASED */
  | {
      readonly to: 'locks'
      readonly type: 'WATCH'
      readonly tabId: string
      readonly life: number
      readonly lock: string
    }
  /** wait for this peer's lock and say PEER_ENDED; one is watched at a time */
  | { readonly to: 'locks'; readonly type: 'WATCH_PEER'; readonly peerId: string }
  /** this tab is gone: close its ports */
  | { readonly to: 'ports'; readonly type: 'CLOSE'; readonly tabId: string }

export interface CoordinatorOptions {
  readonly requestDeadlineMs: number
  readonly heartbeatMs: number
  /** silence after which an open leader counts as hung */
  readonly hungAfterMs: number
  /** the same while it opens, which may migrate or check the file */
  readonly openingHungAfterMs: number
  /** how long a candidate may wait for the database lock before the tabs are told */
  readonly heldAfterMs: number
  /** the same after a leader gave up its database */
  readonly heldAfterEndMs: number
  readonly backoffMs: number
  readonly backoffMaxMs: number
  /** leaders that may die under one request before it is given up */
  readonly maxAttempts: number
  readonly maxUnreceivedMessages: number
  readonly maxUnreceivedSize: number
  /** how often the peer is woken */
  readonly wakeMs: number
  /** the same after a peer has ended */
  readonly wakeAgainMs: number
  /** how often the tabs are shown that we do not hang */
  readonly beatMs: number
}

export const defaultOptions: CoordinatorOptions = {
  requestDeadlineMs: 30_000,
  heartbeatMs: 3_000,
  hungAfterMs: 20_000,
  openingHungAfterMs: 60_000,
  heldAfterMs: 5_000,
  heldAfterEndMs: 30_000,
  backoffMs: 100,
  backoffMaxMs: 5_000,
  maxAttempts: 6,
  maxUnreceivedMessages: 256,
  maxUnreceivedSize: 20_000,
  wakeMs: 10_000,
  wakeAgainMs: 1_000,
  beatMs: 3_000,
}

export function emptyState(coordinatorId: string, options: CoordinatorOptions = defaultOptions): CoordinatorState {
  return {
    coordinatorId,
    options,
    tabs: new Map(),
    leader: null,
    epoch: 0,
    requests: new Map(),
    queries: new Map(),
    queryKeys: new Map(),
    nextQueryId: 1,
    nextHeartbeat: 1,
    status: {
      storage: 'unknown',
      space: null,
      problem: null,
      application: {},
    },
    context: {},
    peerId: null,
    peerWokenAt: Number.NEGATIVE_INFINITY,
    beatAt: Number.NEGATIVE_INFINITY,
  }
}

export function backoff(attempts: number, { backoffMs, backoffMaxMs }: CoordinatorOptions): number {
  return Math.min(backoffMs * 2 ** Math.max(0, attempts - 1), backoffMaxMs)
}
