import type { AnyEvent } from '../../schema/events/event.ts'
import type { EventKey } from '../../schema/events/key.ts'
import type { AppendResult } from '../../schema/messages/http.ts'
import type { UploadResult } from '../../schema/messages/sync.ts'
import { Outbox } from './outbox.ts'
import type { SyncFault } from './sync-api.ts'
import type { SyncEffect } from './sync-steps.ts'

/** What the server said of events of one stream, for the database; `results` may be empty: nothing is settled. */
export interface Settled {
  readonly stream: string
  readonly results: readonly UploadResult[]
}

/** What a request that failed means. */
export type UploadFailure =
  /** it is to be tried again: the network, or the sign-in, is at fault */
  { readonly type: 'again' } | ({ readonly type: 'refused' } & Settled)

/**
 * The uploads of the sync machine: one request at a time. Law: nothing is uploaded before the database has said all that
 * it holds, since what a dispatch brings may have older ones before it.
 */
export class Uploads {
  readonly #outbox = new Outbox()
  /** the database has said all that it holds */
  #complete = false
  #appending: { readonly request: number; readonly stream: string } | null = null

  get complete(): boolean {
    return this.#complete
  }
  /** events that the server has not had */
  get waiting(): number {
    return this.#outbox.length
  }

  /** From the database, or from the mirror of an earlier life. */
  hold(events: readonly AnyEvent[]): readonly AnyEvent[] {
    return this.#outbox.add(events)
  }
  completed(): void {
    this.#complete = true
  }
  discard(keys: readonly EventKey[]): void {
    this.#outbox.discard(keys)
  }

  /** Whatever is under way is not waited for, and the database is to say again what it holds. */
  forget(): void {
    this.#appending = null
    this.#outbox.uploadFailed()
    this.#complete = false
  }
  clear(): void {
    this.#outbox.clear()
  }

  next(request: () => number): SyncEffect | null {
    const upload = this.#complete && !this.#appending ? this.#outbox.nextUpload() : null
    if (!upload) return null
    this.#appending = { request: request(), stream: upload.stream }
    return { type: 'APPEND', request: this.#appending.request, ...upload }
  }

  /** Null: nobody waits for this answer any more. */
  appended(request: number, results: AppendResult['results']): Settled | null {
    const stream = this.#finish(request)
    return stream === null ? null : { stream, results: this.#outbox.uploaded(results) }
  }

  failed(request: number, fault: SyncFault): UploadFailure | null {
    const stream = this.#finish(request)
    if (stream === null) return null
    if (fault.kind !== 'passing' && fault.fault && fault.fault.code !== 'SIGNED_OUT') {
      return { type: 'refused', stream, results: this.#outbox.refused(fault.fault) }
    }
    this.#outbox.uploadFailed()
    return { type: 'again' }
  }

  #finish(request: number): string | null {
    if (this.#appending?.request !== request) return null
    const { stream } = this.#appending
    this.#appending = null
    return stream
  }
}
