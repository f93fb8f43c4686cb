import type { RowChange } from '../../schema/live.ts'
import { diffRows, type KeyedRows } from '../../schema/live/row-changes.ts'
import type { TurnDiff } from '../capture/diff.ts'
import { SqliteError } from '../sqlite/raw.ts'
import { maintain, type Surroundings } from './maintain.ts'
import type { Maintainer } from './maintainer.ts'
import { tap, type SharedQuery } from './shared-query.ts'
import { Rerun } from './whole/rerun.ts'
import { Whole } from './whole/whole.ts'

/** Where live queries are known. */
export interface Registry {
  watch(shared: SharedQuery): void
  unwatch(shared: SharedQuery): void
  /** It can never be answered again. */
  end(shared: SharedQuery): void
}

/**
 * Brings a query up to date by its maintainer, and by another where that one fails.
 *
 * Law: a query has an error only when SQLite has no answer either. What a statement of ours cannot compute is read anew, then run as it is
 * written from that turn on.
 */
export class Upkeep {
  readonly #surroundings: () => Surroundings
  readonly #registry: Registry

  constructor(surroundings: () => Surroundings, registry: Registry) {
    this.#surroundings = surroundings
    this.#registry = registry
  }

  /** Its first rows. */
  begin(shared: SharedQuery): void {
    try {
      shared.maintainer.refresh()
    } catch (error) {
      if (this.#fallBack(shared, toError(error), false)) return
      shared.error = toError(error)
      shared.stale = { rows: [], keys: [] }
    }
  }

  /** The steps from what is shown to what is so now; null: SQLite has no answer either, `error` says why. */
  bringUpToDate(shared: SharedQuery, shown: KeyedRows, diff: TurnDiff | null): readonly RowChange[] | null {
    try {
      if (shared.maintainer.isDear && diff && !shared.stale && this.#fallBack(shared, keptIsDear)) {
        return diffRows(shown, shared.maintainer)
      }
      return shared.stale || !diff ? this.#refresh(shared, shown, !diff) : shared.maintainer.apply(diff)
    } catch (error) {
      if (!shared.ended && (this.#readAnew(shared, error) || this.#fallBack(shared, toError(error)))) {
        return diffRows(shown, shared.maintainer)
      }
      shared.error = toError(error)
      shared.stale = shown
      return null
    }
  }

  /** From this turn on it is answered no more. */
  end(shared: SharedQuery, error: Error): void {
    shared.error = error
    shared.ended = true
    this.#registry.unwatch(shared)
    shared.maintainer.close()
    this.#registry.end(shared)
  }

  /** A changed row may be beyond SQLite where the query as a whole is not: the row stands behind the limit. */
  #readAnew({ maintainer }: SharedQuery, error: unknown): boolean {
    if (!(error instanceof SqliteError) || readsAsWritten(maintainer)) return false
    try {
      maintainer.refresh()
      return true
    } catch {
      return false
    }
  }

  /** What our own statements cannot answer, the query itself may: then it is re-run from now on. False when SQLite cannot either. */
  #fallBack(shared: SharedQuery, error: Error, watched = true): boolean {
    if (readsAsWritten(shared.maintainer)) return false
    let maintainer: Maintainer | null = null
    try {
      maintainer = maintain(this.#surroundings(), shared.query, error.message).maintainer
      maintainer.refresh()
    } catch {
      maintainer?.close()
      return false
    }
    if (watched) this.#registry.unwatch(shared)
    shared.maintainer.close()
    shared.maintainer = maintainer
    tap(shared)
    if (watched) this.#registry.watch(shared)
    return true
  }

  #refresh(shared: SharedQuery, shown: KeyedRows, bindAnew: boolean): RowChange[] {
    if (bindAnew) this.#bindAnew(shared)
    shared.maintainer.refresh()
    return diffRows(shown, shared.maintainer)
  }

  #bindAnew(shared: SharedQuery): void {
    this.#registry.unwatch(shared)
    shared.maintainer.close()
    let fresh
    try {
      fresh = maintain(this.#surroundings(), shared.query)
    } catch (error) {
      shared.ended = true
      this.#registry.end(shared)
      throw error
    }
    shared.maintainer = fresh.maintainer
    tap(shared)
    shared.names = fresh.names
    this.#registry.watch(shared)
  }
}

const keptIsDear = new Error('to keep what stands in FROM up to date cost more')

/** It asks SQLite the query itself: there is no other way to its answer. */
function readsAsWritten(maintainer: Maintainer): boolean {
  return maintainer instanceof Rerun || maintainer instanceof Whole
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
