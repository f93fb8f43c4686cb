import type { ClientStatus } from './runtime/status.ts'

/** What a tab of the chat can say about the stack below it. */
export interface ChatStatus extends ClientStatus {
  readonly sync: SyncStatus
  readonly outbox: OutboxCount
  /** a person switched the network off, for all tabs */
  readonly cut: boolean
}

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
  const { sync, outbox, cut } = status.application as Partial<ChatStatus>
  return { ...status, sync: sync ?? noSync, outbox: outbox ?? noOutbox, cut: cut ?? false }
}

const noSync: SyncStatus = { state: 'off', progress: [], error: null }
const noOutbox: OutboxCount = { pending: 0, failed: 0 }
