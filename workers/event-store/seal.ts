import { eventDefinitions, type EventType } from '../../schema/events/event-types.ts'
import type { BlockPart } from './event-blocks.ts'
import { eventColumns, toStored } from './event-log-table.ts'
import { needsReplay } from './replay.ts'
import type { ApplicationDatabase } from '../runtime/application.ts'
import { changes, scrubStep } from './scrub.ts'
import { inTransaction, type Store } from './store.ts'

/**
 * Sealing: events that the server has (or that have no server) leave `events` for a block, and blocks are deflated. Nothing that
 * can still be taken back is sealed. Each step is one transaction, so it can die anywhere; it is done in idle moments.
 */

/** Pages read their updates from `events`, read marks can be lowered: these stay there. Null: not sealed. */
export function sealedPart(type: EventType): BlockPart | null {
  const { part } = eventDefinitions[type]
  return part === 'structure' || part === 'timeline' ? part : null
}

/** One step. False: there is nothing to do. */
export function sealStep(store: Store): boolean {
  if (needsReplay(store)) return false // it counts on finding each event where it was
  if (packStep(store)) return true
  if (inTransaction(store, () => sealRows(store, 'structure') || sealRows(store, 'timeline'))) return true
  return scrubStep(store) || inTransaction(store, () => mergeIndex(store))
}

/** Pieces of the index of words that a transaction each left behind become one: smaller, and quicker to search. */
function mergeIndex({ sql }: Store): boolean {
  const before = changes(sql)
  sql.prepare("INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)").run(mergedPages)
  // as FTS5 says that nothing was left to do
  return changes(sql) - before >= 2
}
/** some 10 ms of work */
const mergedPages = 64

/** Deflates one block. */
export function packStep(store: Store): boolean {
  return store.log.blocks.unpacked() > 0 && inTransaction(store, () => store.log.blocks.pack())
}

/** The oldest events of a stream that has enough of them. */
function sealRows(store: Store, part: BlockPart): boolean {
  const { open, smallest, largest } = store.seal
  const sealable = `e.event_type IN (${typesOf[part]}) AND e.applied_at IS NOT NULL AND (e.seq IS NOT NULL OR e.stream LIKE 'local:%')`
  const found = store.sql
    .prepare(`SELECT e.stream, count(*) FROM events e WHERE ${sealable} GROUP BY e.stream HAVING count(*) >= ? LIMIT 1`)
    .rows(open + smallest)[0]
  if (!found) return false
  const [stream, count] = found as [string, number]
  const rows = store.sql
    .prepare(`SELECT ${eventColumns} FROM events e WHERE ${sealable} AND e.stream = ? ORDER BY e.event_id LIMIT ?`)
    .rows(stream, Math.min(count - open, largest))
  store.log.blocks.add(stream, part, rows.map(toStored))
  for (const [id] of rows) store.log.remove({ stream, id: id as string })
  return true
}

const typesOf = {
  structure: typeList('structure'),
  timeline: typeList('timeline'),
} as const satisfies Record<BlockPart, string>

function typeList(part: BlockPart): string {
  const types = Object.keys(eventDefinitions) as EventType[]
  return types.flatMap((type) => (sealedPart(type) === part ? [`'${type}'`] : [])).join(', ')
}

/** What waits to be deflated while a history comes in: more would make the file larger than it has to be. */
export const mostUnpacked = 8

/** Seals when nothing has been written for a while. */
export function sealInQuiet(
  step: () => boolean,
  { after, failed }: Pick<ApplicationDatabase, 'after' | 'failed'>,
): { wrote(): void } {
  let cancel = () => {}
  function wait(ms: number): void {
    cancel = after(ms, () => {
      try {
        if (step()) wait(0)
      } catch (error) {
        failed(error)
      }
    })
  }
  return {
    wrote() {
      cancel()
      wait(quietMs)
    },
  }
}
/** less than the runtime waits before it takes an end for a clean one */
const quietMs = 300
