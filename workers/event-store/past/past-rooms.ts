import type { PastQuestion, PastRoom } from '../../../schema/messages/past.ts'
import { migrations } from '../../../schema/tables/migrations.ts'
import type { ApplicationDatabase } from '../../runtime/application.ts'
import { migrate } from '../../runtime/opening/migrate.ts'
import type { RawSql } from '../../runtime/serving/raw-sql.ts'
import type { Store } from '../store.ts'
import { roomAt } from './room-at.ts'

/** Rooms as they were. Nothing of it is there before somebody asks. */
export function pastRooms(store: Store, { scratch }: Pick<ApplicationDatabase, 'scratch'>) {
  let past: RawSql | null = null
  function open(): RawSql {
    const sql = scratch()
    migrate(sql, migrations)
    return sql
  }
  return (question: PastQuestion): PastRoom => roomAt(store, (past ??= open()), question)
}
