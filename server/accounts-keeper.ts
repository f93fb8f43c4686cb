import { inTransaction, type Sqlite } from './sqlite.ts'

/**
 * How what is done to accounts is made lasting: by this server's file alone, or by all servers of a cluster
 * (cluster/shared-accounts.ts).
 */
export interface AccountKeeper {
  /**
   * Does `work` to the rows of one person, all of it or nothing; lasting when it resolves. `work` may be done more than once,
   * each time on what is there then; the last time counts.
   */
  write<R>(actor: string, work: () => R): Promise<R>
  /** resolves once this server knows what all knew when it was asked; null: there are no others */
  readonly catchUp: (() => Promise<void>) | null
  /** tells of sessions that ended, at whichever server */
  onEnded(listener: (session: string) => void): void
  close(): void
}
export type OpenKeeper = (database: Sqlite) => Promise<AccountKeeper>

export const keptAlone: OpenKeeper = async (database) => ({
  write: async (_, work) => inTransaction(database, work),
  catchUp: null,
  onEnded: () => {},
  close: () => {},
})
