import type { FromWorker } from '../../../schema/messages/runtime/worker.ts'

/** A page's Dedicated Worker that was started before anybody listened, and what it has said so far. */
export interface StartedWorker {
  readonly worker: Worker
  readonly said: readonly FromWorker[]
  readonly failed: boolean
}
