import { expect, it } from 'vitest'
import { loadSqlite } from '../plain-sqlite.ts'
import { playCase } from '../run-case.ts'

export interface Pinned {
  readonly name: string
  readonly setup: string
  readonly query: string | readonly string[]
  readonly steps: readonly string[]
}

const sqlite3 = await loadSqlite()

/** What the random oracle once found, pinned by behaviour. Each: tables, live queries, and steps after which they must equal SQLite. */
export function playPinned(pinned: readonly Pinned[]): void {
  it.each(pinned)('$name', ({ setup, query, steps }) => {
    const { failure } = playCase(sqlite3, {
      seed: 0,
      setup: [setup],
      queries: [query].flat(),
      steps: steps.map((statement) => ({ how: 'run', statements: [statement] })),
    })
    expect(failure).toBeNull()
  })
}
