import type { ClientStatus } from './runtime/status.ts'

/** What a tab of the chat can say about the stack below it. */
export interface ChatStatus extends ClientStatus {
  readonly sync: SyncStatus
  readonly outbox: OutboxCount
  /** a person switched the network off, for all tabs */
  readonly cut: boolean
  /** an exported file on its way in, or the last one; null: none since the leader began */
  readonly openingFile: OpeningFile | null
}

export interface OpeningFile {
  /** of the new space */
  readonly space: string
  readonly state: 'reading' | 'done' | 'cancelled' | OpeningFault
  /** events */
  readonly done: number
  readonly total: number
  /** that could not be taken */
  readonly leftOut: number
}
/** Why nothing of it was kept. */
export type OpeningFault =
  /** the file is not as it was written */
  | 'damaged'
  /** the browser does not give it any more: it was moved, changed or taken away */
  | 'gone'
  | 'no-room'
  /** something that nobody foresaw */
  | 'failed'

/** What is said at once when a file is to be opened. */
export type FileAnswer =
  | { readonly type: 'Opening'; readonly space: string }
  | { readonly type: 'AlreadyHere'; readonly space: string }
  | { readonly type: 'Refused'; readonly reason: 'busy' | 'no-database' | 'foreign' | 'newer' | 'damaged' }

export interface SyncStatus {
  readonly state: 'off' | 'signed-out' | 'connecting' | 'offline' | 'syncing' | 'live'
  /** history still coming in: events applied and events there are, per stream */
  readonly progress: readonly { readonly stream: string; readonly applied: number; readonly total: number }[]
  /** the code of a refusal (HttpFaultCode), or what else is wrong, in words */
  readonly error: string | null
}

/** Local events: on their way to the server, and refused by it. */
export interface OutboxCount {
  readonly pending: number
  readonly failed: number
}

/** A status of the runtime as the chat's. */
export function chatStatus(status: ClientStatus): ChatStatus {
  const { sync, outbox, cut, openingFile } = status.application as Partial<ChatStatus>
  return {
    ...status,
    sync: sync ?? noSync,
    outbox: outbox ?? noOutbox,
    cut: cut ?? false,
    openingFile: openingFile ?? null,
  }
}

const noSync: SyncStatus = { state: 'off', progress: [], error: null }
const noOutbox: OutboxCount = { pending: 0, failed: 0 }
