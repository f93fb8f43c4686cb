import type { SqlValue } from '../../../schema/live.ts'
import type { Client, ClientError } from './client.ts'

export type HookAnswer =
  | {
      readonly type: 'QUERY_RESPONSE'
      readonly requestId: string
      readonly result: HookResult
    }
  | { readonly type: 'QUERY_ERROR'; readonly requestId: string; readonly code: string; readonly message: string }

export interface HookResult {
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, SqlValue>>[]
  readonly changes: number
}

declare global {
  interface Window {
    /** this page's tab id */
    __TAB_ID?: string
    /** the leader's tab id, null while there is none */
    __ACTIVE?: string | null
    /** plain SQL on the leader's database; an error resolves as QUERY_ERROR */
    __sendQuery?: (sql: string, requestId: string) => Promise<HookAnswer>
  }
}

/** The console's and the tests' way in. Writing projections by hand voids the replay law: for tests only. */
export function installTestHooks(client: Client): void {
  window.__TAB_ID = client.tabId
  window.__ACTIVE = null
  client.status$.subscribe((status) => (window.__ACTIVE = status.activeTab))
  window.__sendQuery = async (sql, requestId) => {
    try {
      const { columns, rows, changes } = await client.query(sql)
      return { type: 'QUERY_RESPONSE', requestId, result: { columns, rows: rows.map(named(columns)), changes } }
    } catch (error) {
      const { code, message } = error as ClientError
      return { type: 'QUERY_ERROR', requestId, code, message }
    }
  }
}

const named = (columns: readonly string[]) => (row: readonly SqlValue[]) =>
  Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null]))
