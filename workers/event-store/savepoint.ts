import type { EventFault } from '../../schema/events/event.ts'
import { isDeviceError } from '../runtime/storage/failure.ts'
import type { Store } from './store.ts'

/**
 * Work on one event inside a transaction: when it fails by the event's own fault, or says that there is one, nothing of it
 * is left. Throws when the device is at fault.
 */
export function withSavepoint<T>(store: Store, work: () => T | EventFault): T | EventFault {
  const { clock } = store
  store.sql.exec('SAVEPOINT one_event')
  try {
    const outcome = work()
    if (isFault(outcome)) undo(store)
    else {
      store.projector.flush()
      store.sql.exec('RELEASE one_event')
    }
    return outcome
  } catch (error) {
    if (isDeviceError(error)) throw error
    undo(store)
    store.clock = clock
    const message = error instanceof Error ? error.message : String(error)
    return { code: 'MALFORMED_EVENT', field: '', message: `the event cannot be applied: ${message}` }
  }
}

function undo(store: Store): void {
  store.projector.reset()
  store.log.blocks.forget()
  store.sql.exec('ROLLBACK TO one_event; RELEASE one_event')
}

function isFault(outcome: unknown): outcome is EventFault {
  return typeof outcome === 'object' && outcome !== null && 'code' in outcome
}
