import * as fc from 'fast-check'
import { factsOf, type KnownEvent } from '../../schema/events/event.ts'
import { tables } from '../../schema/tables/tables.ts'
import { applyBatch } from '../../workers/event-store/apply-batch.ts'
import { randomEvents } from '../../workers/event-store/random-events.ts'
import { loadSqlite, openMemoryStore, type MemoryStore } from '../../workers/event-store/testing.ts'
import { readTables } from './read-tables.ts'

/** What events of each type do, seen by applying many: which tables they write to, and which facts they state. */
export interface Effects {
  readonly tables: ReadonlySet<string>
  readonly facts: ReadonlySet<string>
}
/** so many that more show nothing new */
const runs = 20
const eventsOfRun = 400

export async function watchEvents(): Promise<ReadonlyMap<string, Effects>> {
  const effects = new Map<string, { tables: Set<string>; facts: Set<string> }>()
  for (const events of fc.sample(randomEvents(eventsOfRun), { numRuns: runs, seed: 1 })) {
    const store = await openMemoryStore()
    const touched = await watchTables(store)
    for (const event of events) {
      const own = effects.get(event.type) ?? { tables: new Set(), facts: new Set() }
      effects.set(event.type, own)
      apply(store, event)
      for (const table of touched()) if (kindOf(table) !== 'device') own.tables.add(table)
      for (const { field } of factsOf(event)) own.facts.add(field.split(' ')[0]!)
    }
    store.close()
  }
  return effects
}

function apply(store: MemoryStore, event: KnownEvent): void {
  const items = [{ seq: event.id, receivedAt: 2e12, event }]
  applyBatch(store, { batchId: 'b', stream: event.stream, items, after: null, cursor: null })
}

const kindOf = (table: string) => (tables as Readonly<Record<string, string>>)[table]

/** Returns what was written to since it was asked last. */
async function watchTables({ db }: MemoryStore): Promise<() => readonly string[]> {
  const { capi } = await loadSqlite()
  // a virtual table keeps its rows in tables of its own
  const stored = new Map(readTables(db, []).map(({ name, isVirtual }) => [isVirtual ? `${name}_data` : name, name]))
  const written = new Set<string>()
  const hook = (_context: unknown, _db: unknown, _change: number, _schema: string, table: string): void =>
    void written.add(table)
  const watch = capi.sqlite3_preupdate_hook as (db: number, callback: typeof hook, context: number) => unknown
  watch(db.pointer as unknown as number, hook, 0)
  return () => {
    const names = [...written].flatMap((table) => stored.get(table) ?? [])
    written.clear()
    return names
  }
}
