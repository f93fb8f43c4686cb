/** What a tab can say about the stack below it. An application shows it: nothing falls back in silence. */
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
  /** what this site stores and may store, as the leader saw it last */
  readonly space: StorageSpace | null
  /** what a person must know or do; null when all is well */
  readonly problem: Problem | null
  /** what the application says of itself */
  readonly application: ApplicationStatus
}

/** Only the application knows what is in it; it and its peer say each key anew when it changes. */
export type ApplicationStatus = Readonly<Record<string, unknown>>

export interface StorageSpace {
  /** bytes, as the browser estimates them */
  readonly usage: number
  readonly quota: number
}

export interface Problem {
  readonly code:
    | 'STORAGE_MEMORY'
    | 'STORAGE_LOST'
    | 'STORAGE_CORRUPT'
    | 'QUOTA_EXCEEDED'
    /** reads or writes fail, for no reason that we know */
    | 'STORAGE_FAILING'
    | 'SCHEMA_TOO_NEW'
    | 'PROTOCOL_MISMATCH'
    /** another tab has the data open and none of ours can reach it: most likely one of another version */
    | 'DATABASE_HELD'
    | 'OPEN_FAILED'
  /** more than the code says; may be empty */
  readonly message: string
  /** when it happened (unix ms), of what happened once */
  readonly at?: number
}
