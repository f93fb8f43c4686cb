/** Version of the messages between threads. It is in every name that only threads of one build may share. */
export const protocolVersion = 3

/**
 * What an application's threads call the things that they share, so that two applications of one origin never meet.
 * Law: the coordinator and the channels carry the protocol's version; the database lock does not, so that old and new builds
 * exclude each other from the one file.
 */
export interface RuntimeNames {
  /** Held by the Dedicated Worker that has the database open, from before the pool is installed until the worker dies. */
  readonly databaseLock: string
  /** Held by a tab for one life (a page frozen and resumed begins another); its release is the tab's death. */
  tabLock(tabId: string, life: number): string
  /** Held by a peer while it lives; the coordinator waits for it, and has another woken when it gets it. */
  peerLock(peerId: string): string
  /** Held by a coordinator while it lives; tabs wait for it, and connect to a fresh one when they get it. */
  coordinatorLock(coordinatorId: string): string
  /** Held by the tab that takes a coordinator's locks from it because it hangs: one tab after the other. */
  readonly replacingLock: string
  /**
   * Held by the one coordinator that serves, in a SharedWorker or in a tab's Dedicated Worker: tabs which cannot start the
   * SharedWorker and tabs which can never follow two coordinators.
   */
  readonly servingLock: string
  /** Reaches a coordinator that runs in a Dedicated Worker. */
  readonly hostChannel: string
  /** between the coordinator and the peer */
  readonly peerChannel: string
  /** of the SharedWorker, after so many that hung */
  sharedWorker(replaced: number): string
  readonly worker: string
  /** where the database's files are, in the origin's file system */
  readonly poolFolder: string
  /** copies of damaged databases, which a person can save */
  readonly damagedFolder: string
  /** IndexedDB: what is known of the database outside of it */
  readonly sentinel: string
  /** localStorage: how many coordinators have hung */
  readonly replacedKey: string
}

export function namesOf(application: string): RuntimeNames {
  const versioned = (what: string) => `${application}-${what}-v${protocolVersion}`
  return {
    databaseLock: `${application}-database`,
    tabLock: (tabId, life) => `${application}-tab-${tabId}-${life}`,
    peerLock: (peerId) => `${application}-peer-${peerId}`,
    coordinatorLock: (coordinatorId) => `${application}-coordinator-${coordinatorId}`,
    replacingLock: `${application}-coordinator-replacing-v${protocolVersion}`,
    servingLock: `${application}-coordinator-serves-v${protocolVersion}`,
    hostChannel: versioned('coordinator'),
    peerChannel: versioned('peer'),
    sharedWorker: (replaced) => versioned('coordinator') + (replaced === 0 ? '' : `-${replaced}`),
    worker: `${application}-host`,
    poolFolder: `/${application}-v1`,
    damagedFolder: `/${application}-damaged`,
    sentinel: `${application}-sentinel-v1`,
    replacedKey: `${application}-coordinator`,
  }
}

/** Whose coordinator a SharedWorker of this name is; null: the name is not of `sharedWorker`. */
export function applicationOf(sharedWorkerName: string): string | null {
  return /^(.+)-coordinator-v\d+(?:-\d+)?$/.exec(sharedWorkerName)?.[1] ?? null
}
