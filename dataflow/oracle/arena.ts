import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { Case } from './case.ts'
import { loadSqlite } from './plain-sqlite.ts'
import { printCase } from './print-case.ts'
import { playCase, type Failure, type Played } from './run-case.ts'
import { shrinkCase } from './shrink.ts'

/** Where cases are played, one after the other; a crash may have spoilt SQLite's heap, so that the next case gets a new one. */
export class Arena {
  #sqlite3: Sqlite3Static | null = null

  async play(candidate: Case): Promise<Played> {
    this.#sqlite3 ??= await loadSqlite()
    const played = playCase(this.#sqlite3, candidate)
    if (played.failure?.law === 'crash') this.#sqlite3 = null
    return played
  }

  /** The failure as a script to paste, made small first. */
  async report(failing: Case, failure: Failure, replay: string, shrinks = true): Promise<string> {
    if (!shrinks) return printCase(failing, failure, replay)
    const failureOf = async (candidate: Case) => (await this.play(candidate)).failure
    const smallest = await shrinkCase(failing, failureOf)
    return printCase(smallest, (await failureOf(smallest)) ?? failure, replay)
  }
}
