export { serveDatabase } from '../workers/runtime/host/serve-database.ts'
export {
  defineDatabase,
  idempotent,
  type Application,
  type ApplicationDatabase,
  type Command,
  type Rescued,
  type Session,
} from '../workers/runtime/application.ts'
