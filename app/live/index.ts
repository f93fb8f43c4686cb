/** Live SQL in this app's components: the hooks of react/ on its one client. */
export { LiveProvider, useLive, type Live } from './LiveProvider.tsx'
export {
  useClientStatus,
  useDispatch,
  useLiveChanges,
  useLiveQuery,
  useLiveRow,
  useLiveSuspenseQuery,
} from './hooks.ts'
export { sql, type LiveResult, type LiveSource, type TypedQuery } from '../../react/live-query.ts'
export { storeOf } from '../../react/stores.ts'
