/** What a tab can say about the stack below it; every tab shows it (PLATFORM rule: never fall back in silence). */
export interface ClientStatus {
  readonly tabId: string
  /** the leader's tab id, null while there is none */
  readonly activeTab: string | null
  readonly role: 'starting' | 'leader' | 'follower'
  /** grows with every promotion; 0 before the first */
  readonly epoch: number
  readonly storage: 'unknown' | 'opfs' | 'memory'
  /** where the coordinator runs: its SharedWorker, or the leader's Dedicated Worker */
  readonly coordinator: 'shared' | 'leader'
  readonly sync: SyncStatus
  readonly outbox: { readonly pending: number; readonly failed: number }
  /** what a person must know or do; null when all is well */
  readonly problem: Problem | null
}

export interface SyncStatus {
  readonly state: 'off' | 'signed-out' | 'connecting' | 'offline' | 'syncing' | 'live'
  /** history still coming in: events applied and events there are, per stream */
  readonly progress: readonly { readonly stream: string; readonly applied: number; readonly total: number }[]
  readonly error: string | null
}

export interface Problem {
  readonly code:
    | 'STORAGE_MEMORY'
    | 'STORAGE_LOST'
    | 'STORAGE_CORRUPT'
    | 'QUOTA_EXCEEDED'
    | 'SCHEMA_TOO_NEW'
    | 'PROTOCOL_MISMATCH'
    | 'OPEN_FAILED'
  readonly message: string
}
