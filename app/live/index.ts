/** Live SQL in React: the public surface of app/live. */
export { LiveProvider, useLive, type Live } from './LiveProvider.tsx'
export {
  useClientStatus,
  useDispatch,
  useLiveChanges,
  useLiveQuery,
  useLiveRow,
  useLiveSuspenseQuery,
} from './hooks.ts'
export { sql, type LiveResult, type LiveSource, type TypedQuery } from './live-query.ts'
export { QueryStore } from './query-store.ts'
