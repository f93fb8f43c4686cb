/* One figure in a process of its own: `node --expose-gc child.mjs TASK`, the task as JSON; the answer is the last line, as JSON. */

import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { manyTurns, wholeTable } from './endurance.ts'
import { measureDear } from './dearer.ts'
import { measure } from './measure.ts'
import { workloads } from './workloads.ts'

export type Task =
  | { readonly kind: 'measure'; readonly workload: string; readonly rows: number; readonly queries: number; readonly writes: number; readonly warmUp: number } // prettier-ignore
  | { readonly kind: 'turns'; readonly rows: number; readonly turns: number }
  | { readonly kind: 'rewrite'; readonly rows: number }
  | { readonly kind: 'dearer'; readonly name: string; readonly rows: number; readonly writes: number }

const task = JSON.parse(process.argv[2] ?? '') as Task
const sqlite3 = await sqlite3InitModule()
console.log(JSON.stringify(await answer(task)))

async function answer(task: Task): Promise<unknown> {
  if (task.kind === 'turns') return manyTurns(sqlite3, task.rows, task.turns)
  if (task.kind === 'dearer') return measureDear(sqlite3, task.name, task.rows, task.writes)
  if (task.kind === 'rewrite') return wholeTable(sqlite3, task.rows)
  const workload = workloads.find(({ name }) => name === task.workload)!
  return measure(sqlite3, workload, { rows: task.rows, channels: Math.max(500, task.queries) }, task.queries, task.writes, task.warmUp) // prettier-ignore
}
