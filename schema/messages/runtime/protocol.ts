/**
 * Names and versions that every thread of every build must agree on.
 * Law: the coordinator's URL and the channels carry the protocol's version; the database lock does not, so that old and
 * new builds exclude each other from the one file.
 */
export const protocolVersion = 1

/** Held by the Dedicated Worker that has the database open, from before the pool is installed until the worker dies. */
export const databaseLock = 'rsql-database'

/** Held by a tab for one life (a page frozen and resumed begins another); its release is the tab's death. */
export const tabLock = (tabId: string, life: number): string => `rsql-tab-${tabId}-${life}`

/** Held by a sync client while it lives; the coordinator waits for it, and has another woken when it gets it. */
export const syncLock = (syncId: string): string => `rsql-sync-${syncId}`

/** Held by a coordinator while it lives; tabs wait for it, and connect to a fresh one when they get it. */
export const coordinatorLock = (coordinatorId: string): string => `rsql-coordinator-${coordinatorId}`

/** Held by the tab that takes a coordinator's locks from it because it hangs: one tab after the other. */
export const replacingLock = `rsql-coordinator-replacing-v${protocolVersion}`

/**
 * Held by the one coordinator that serves, in a SharedWorker or in a tab's Dedicated Worker: tabs which cannot start the
 * SharedWorker and tabs which can never follow two coordinators.
 */
export const servingLock = `rsql-coordinator-serves-v${protocolVersion}`

/** Reaches a coordinator that runs in a Dedicated Worker. */
export const hostChannel = `rsql-coordinator-v${protocolVersion}`
