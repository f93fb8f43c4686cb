import { migrations } from '../../schema/tables/migrations.ts'
import { applyBatch } from '../../workers/event-store/apply-batch.ts'
import { needsReplay, replayStep } from '../../workers/event-store/replay.ts'
import { mostUnpacked, packStep, sealStep } from '../../workers/event-store/seal.ts'
import { setAsideCount } from '../../workers/event-store/set-aside.ts'
import { openStore } from '../../workers/event-store/store.ts'
import { migrate } from '../../workers/runtime/opening/migrate.ts'
import type { RawSql } from '../../workers/runtime/serving/raw-sql.ts'
import type { LogItem } from '../log/event-log.ts'

/**
 * One space (or private room) as a device has it: the device's own event store, over the events of the server's log. It can be deleted
 * at any time, and is then made again from the log.
 */
export interface SpaceModel {
  /** what it has of each stream */
  cursors(): Readonly<Record<string, string>>
  /** Events of a stream, in order. One that cannot be taken is set aside; all else goes on. */
  apply(stream: string, items: readonly Omit<LogItem, 'id'>[]): void
  /** events that were set aside, ever */
  setAside(): number
  /** One step of what makes it smaller. False: there is nothing to do. */
  tidy(): boolean
  close(): void
}

/** Null: a build with other tables wrote it. It is to be made anew. */
export function openSpaceModel(sql: RawSql): SpaceModel | null {
  sql.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA secure_delete = ON',
  )
  const version = sql.prepare('PRAGMA user_version').rows()[0]![0] as number
  if (version !== 0 && version !== migrations.length) return null
  migrate(sql, migrations)
  const store = openStore({ sql })
  if (needsReplay(store))
    for (let progress = replayStep(store); progress.done < progress.total; progress = replayStep(store));
  return {
    cursors: () => Object.fromEntries(sql.prepare('SELECT stream, seq FROM cursors WHERE seq IS NOT NULL').rows()),
    apply(stream, items) {
      const parsed = items.map(({ seq, receivedAt, data }) => ({ seq, receivedAt, event: JSON.parse(data) as unknown }))
      applyBatch(store, { batchId: '', stream, items: parsed, after: null, cursor: items.at(-1)!.seq })
      if (store.log.blocks.unpacked() > mostUnpacked) packStep(store)
    },
    setAside: () => setAsideCount(sql),
    tidy: () => sealStep(store),
    close: () => sql.close(),
  }
}
