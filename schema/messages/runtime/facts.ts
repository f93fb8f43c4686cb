/**
 * What the coordinator knows of the tabs, for whoever asks (ASK_RUNTIME): the inspector shows it. Nothing rests on it. Its clock
 * is the coordinator's own, so every time is told as "so many ms ago".
 */
export interface RuntimeFacts {
  readonly coordinatorId: string
  /** the highest epoch heard of */
  readonly epoch: number
  readonly leader: LeaderFacts | null
  readonly tabs: readonly TabFacts[]
  /** different live queries of all tabs */
  readonly queries: number
  readonly requests: RequestFacts
  /** a peer was heard of and lives */
  readonly peer: boolean
  /** oldest first; a coordinator remembers only what happened to it */
  readonly happenings: readonly Happening[]
}

export interface LeaderFacts {
  readonly tabId: string
  readonly epoch: number
  /** promoted: waits for the database lock · opening: has the lock · open */
  readonly phase: 'promoted' | 'opening' | 'open'
  readonly heardMsAgo: number
}

export interface TabFacts {
  readonly tabId: string
  /** grows with each worker that this tab starts */
  readonly life: number
  /** the coordinator has a port to this tab's worker, so it can lead */
  readonly electable: boolean
  readonly visible: boolean
  /** its worker has compiled SQLite */
  readonly ready: boolean
  readonly subscriptions: number
  /** messages from the tab, and to it */
  readonly heard: number
  readonly told: number
  /** deltas that the tab has not taken yet; `behind`: so many that it will get snapshots instead */
  readonly unreceived: number
  readonly behind: boolean
}

/** Since this coordinator began. */
export interface RequestFacts {
  readonly waiting: number
  readonly answered: number
  /** answered by an error, LEADER_LOST among them */
  readonly failed: number
}

export interface Happening {
  /** counts up within one coordinator */
  readonly n: number
  readonly what: HappeningKind
  /** null: of no tab */
  readonly tabId: string | null
  readonly epoch: number
  readonly msAgo: number
}

export type HappeningKind =
  | 'COORDINATOR_STARTED'
  | 'TAB_CAME'
  | 'TAB_LEFT'
  | 'LEADER_LOST'
  | 'PROMOTED'
  | 'LOCK_HELD'
  | 'OPENED'
  | 'OPEN_FAILED'
  /** the first answer, or the first rows, of a new leader */
  | 'FIRST_ANSWER'
