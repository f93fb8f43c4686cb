export {
  useLiveChanges,
  useLiveQuery,
  useLiveRow,
  useLiveSuspenseQuery,
  type LiveRow,
  type OnChanges,
} from '../react/hooks.ts'
export {
  sql,
  type LiveResult,
  type LiveSource,
  type LiveStatus,
  type QueryBuilder,
  type TypedQuery,
} from '../react/live-query.ts'
export { QueryStore, type LiveConnection } from '../react/query-store.ts'
export { storeOf } from '../react/stores.ts'
export type { AnyRow } from '../workers/runtime/client/live-rows.ts'
export { useClientStatus, type HasStatus } from '../react/use-client-status.ts'
