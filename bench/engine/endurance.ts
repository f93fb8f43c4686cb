/* What many turns and large turns cost: the slope of time and heap over many turns, and a rewrite of the whole table. */

import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { setImmediate } from 'node:timers/promises'
import { openLiveDatabase } from '../../dataflow/index.ts'
import { percentile } from '../figures.ts'
import { heapMB, time } from './measure.ts'
import { loadMessages } from './workloads.ts'

export interface Endurance {
  readonly turns: number
  /** heap that the live windows take when hydrated */
  readonly windowsHeapMB: number
  readonly firstTurnMs: number
  readonly lastTurnMs: number
  readonly firstHeapMB: number
  readonly lastHeapMB: number
  /** of straight lines through all slices but the first: what 100,000 turns add to a turn and to the heap */
  readonly turnSlopeMs: number
  readonly heapSlopeMB: number
}

/** 200 live windows over `rows` rows; turns insert and delete so that the table keeps its size. */
export async function manyTurns(sqlite3: Sqlite3Static, rows: number, turns: number): Promise<Endurance> {
  const db = new sqlite3.oo1.DB(':memory:')
  const live = openLiveDatabase(sqlite3, db)
  loadMessages(live, { rows, channels: 500 })
  const before = heapMB()
  for (let k = 0; k < 200; k++) {
    live.subscribe(
      {
        sql: 'SELECT id, author, ts, body FROM messages WHERE ch = ? ORDER BY ts DESC, id DESC LIMIT 50',
        parameters: [k],
      },
      () => {},
    )
  }
  const windowsHeapMB = heapMB() - before
  const slices = 20
  const medians: number[] = []
  const heaps: number[] = []
  for (let slice = 0; slice < slices; slice++) {
    const times: number[] = []
    for (let i = 0; i < turns / slices; i++) {
      const n = slice * (turns / slices) + i
      times.push(
        time(() => {
          if (n % 2 === 0)
            live.run('INSERT INTO messages(id, ch, author, ts, body) VALUES (?, ?, 1, ?, ?)', [rows + 1 + n, n % 200, 2e9 + n, `turn ${n}`]) // prettier-ignore
          else live.run('DELETE FROM messages WHERE id = ?', [rows + n])
        }),
      )
      if (i % 1000 === 999) await setImmediate()
    }
    await setImmediate()
    medians.push(percentile(times, 50))
    heaps.push(heapMB())
  }
  live.close()
  db.close()
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    turns,
    windowsHeapMB,
    firstTurnMs: mean(medians.slice(1, 5)),
    lastTurnMs: mean(medians.slice(-4)),
    firstHeapMB: mean(heaps.slice(1, 5)),
    lastHeapMB: mean(heaps.slice(-4)),
    turnSlopeMs: slope(medians.slice(1)) * (100_000 / (turns / slices)),
    heapSlopeMB: slope(heaps.slice(1)) * (100_000 / (turns / slices)),
  }
}

/** Of the straight line with the least squares, per step. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const covariance = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0)
  return covariance / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0)
}

export interface Rewrite {
  readonly turnMs: number
  /** the same UPDATE, and all queries run again */
  readonly rerunMs: number
  /** the same with SQLite's hook off, so that nobody could know what changed */
  readonly blindMs: number
}

/** One UPDATE of every row with 50 windows live. */
export function wholeTable(sqlite3: Sqlite3Static, rows: number): Rewrite {
  const query = (k: number) => ({
    sql: 'SELECT id, author, ts, body FROM messages WHERE ch = ? ORDER BY ts DESC, id DESC LIMIT 50',
    parameters: [k],
  })
  const queries = Array.from({ length: 50 }, (_, k) => query(k))
  const run = (how: 'live' | 'rerun' | 'blind') => {
    const db = new sqlite3.oo1.DB(':memory:')
    const live = openLiveDatabase(sqlite3, db)
    loadMessages(live, { rows, channels: 500 })
    const readAll = () => queries.forEach((one) => live.all(one.sql, one.parameters))
    if (how === 'live') for (const one of queries) live.subscribe(one, () => {})
    else readAll()
    if (how === 'blind') (sqlite3.wasm.exports as HookSetter).sqlite3_preupdate_hook(db.pointer as number, 0, 0)
    const times: number[] = []
    for (let i = 0; i < 9; i++) {
      times.push(
        time(() => {
          live.run('UPDATE messages SET body = body || ?', ['.'])
          if (how !== 'live') readAll()
        }),
      )
    }
    live.close()
    db.close()
    return percentile(times, 50)
  }
  return { blindMs: run('blind'), rerunMs: run('rerun'), turnMs: run('live') }
}

interface HookSetter {
  sqlite3_preupdate_hook(db: number, callback: number, context: number): number
}
