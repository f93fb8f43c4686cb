import { Observable } from 'rxjs'
import type { Query } from '../../../schema/live.ts'
import type { Client, ClientError } from './client.ts'
import type { RowsUpdate } from './live-rows.ts'

/** Errors after which no further update comes; any other may clear with the next update. */
const endings: ReadonlySet<ClientError['code']> = new Set(['QUERY_INVALID', 'TIMEOUT', 'CLOSED'])

/**
 * A live query as an Observable. Laws: cold (nothing is asked before somebody subscribes, and the query is dropped with
 * its last subscriber); equal queries share one maintained query; every subscriber gets a snapshot first, then deltas
 * that apply to exactly what it has. It errors with a ClientError when the query has ended.
 */
export function liveQuery(subscribe: Client['subscribe'], query: Query): Observable<RowsUpdate> {
  return new Observable((observer) =>
    subscribe(
      query,
      (update) => observer.next(update),
      (error) => {
        if (endings.has(error.code)) observer.error(error)
      },
    ),
  )
}
