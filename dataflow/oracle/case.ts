/* A case of the oracle: tables and rows, live queries over them, and what then happens. Pure text: the engine is not in it. */

import type { Sql } from './sql-text.ts'

export interface Case {
  readonly seed: number
  readonly setup: readonly Sql[]
  readonly queries: readonly Sql[]
  readonly steps: readonly Step[]
}

/** One thing done to the database; every one but `begin` … `commit` apart is at most one turn. */
export interface Step {
  readonly how:
    | 'run' /** each statement by its own `run` */
    | 'script' /** all statements in one `run` */
    | 'transaction' /** in one `transaction`; a statement that fails is passed over */
    | 'strict transaction' /** in one `transaction`; the first statement that fails undoes all */
    | 'thrown transaction' /** in one `transaction` that throws at its end */
    | 'begin commit' /** between `run('BEGIN')` and `run('COMMIT')` */
    | 'begin rollback' /** between `run('BEGIN')` and `run('ROLLBACK')` */
    | 'subscribe' /** the statements are queries, live from here on */
    | 'unsubscribe' /** whichever has been live longest */
  readonly statements: readonly Sql[]
}
