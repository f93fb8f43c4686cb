import type { SqlValue } from '../../schema/live.ts'
import { isBlank, type Connection } from '../sqlite/connection.ts'
import type { Statement } from '../sqlite/statement.ts'

/**
 * Runs the caller's SQL, one statement after another; a text of one statement is kept prepared.
 *
 *   run('INSERT …; BEGIN; DELETE …')   the INSERT is durable before BEGIN: `beforeTransaction` is called between them
 */
export class Statements {
  readonly #connection: Connection
  readonly #beforeTransaction: () => void
  #wrote = false

  constructor(connection: Connection, beforeTransaction: () => void) {
    this.#connection = connection
    this.#beforeTransaction = beforeTransaction
  }

  /** Did a statement that may write run since this was last asked? */
  takeWrote(): boolean {
    const wrote = this.#wrote
    this.#wrote = false
    return wrote
  }

  /** Parameters go to the one statement that takes them; `rows` gets what it answers. */
  run(sql: string, parameters: readonly SqlValue[], rows: SqlValue[][] | null): void {
    if (this.#connection.has(sql)) {
      this.#beforeStatement(sql)
      const statement = this.#connection.take(sql)
      try {
        this.#step(statement, parameters, rows)
      } finally {
        this.#connection.giveBack(sql, statement)
      }
      return
    }
    let rest = sql
    let bound = false
    while (!isBlank(rest)) {
      this.#beforeStatement(rest)
      const { statement, tail } = this.#connection.prepareFirst(rest)
      if (!statement) break
      const whole = rest === sql && isBlank(tail)
      try {
        if (statement.parameterCount > 0) {
          if (bound) throw new Error('more than one statement takes parameters')
          bound = true
        }
        this.#step(statement, statement.parameterCount > 0 ? parameters : [], rows)
      } finally {
        statement.reset()
        if (whole && !this.#connection.authorizer.schemaChanged && sql.length < 20_000) {
          statement.clearBindings()
          this.#connection.remember(sql, statement)
        } else statement.finalize()
      }
      rest = tail
    }
    if (parameters.length > 0 && !bound) throw new Error('column index out of range')
  }

  #step(statement: Statement, parameters: readonly SqlValue[], rows: SqlValue[][] | null): void {
    statement.bindAll(parameters)
    if (!statement.readonly) this.#wrote = true
    if (rows) while (statement.step()) rows.push(statement.sqlRow())
    else while (statement.step());
  }

  /** BEGIN after durable changes in the same call: they are computed first, lest a ROLLBACK takes back what we keep in temp tables. */
  #beforeStatement(sql: string): void {
    if (opensTransaction.test(sql)) this.#beforeTransaction()
  }
}

const opensTransaction = /^(?:\s|;|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:begin|savepoint)\b/i
