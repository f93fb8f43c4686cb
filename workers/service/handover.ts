import type { FromSync, ToSync } from '../../schema/messages/sync.ts'
import { backoffMs } from './backoff.ts'
import { BatchPace } from './batch-pace.ts'
import type { Batch, StreamSync } from './stream-sync.ts'
import type { SyncEffect } from './sync-steps.ts'

/** one is being applied while the next lies ready; more would only keep a page that a person waits for waiting */
const window = { page: 4, 'later-page': 2, history: 2 } as const
const acknowledgementMs = 20_000

export interface HandoverParts {
  /** of this sync client: begins the name of each batch */
  readonly name: string
  readonly random: () => number
  readonly now: () => number
  readonly carryOut: (effect: SyncEffect) => void
}

/**
 * What the database was handed and has not acknowledged. Laws: no more than `window` of it, in batches of a size that the
 * database applies quickly; whatever is not acknowledged in time starts over (the timer `acknowledgement`); after a batch
 * that the database could not take nothing is handed over for a while (`handover`).
 */
export class Handover {
  readonly #parts: HandoverParts
  readonly #pace = new BatchPace()
  readonly #underWay = new Map<string, Batch | null>()
  #made = 0
  #pausedBy: string | null = null
  /** failures in a row */
  #pauses = 0

  constructor(parts: HandoverParts) {
    this.#parts = parts
  }

  get isEmpty(): boolean {
    return this.#underWay.size === 0
  }
  /** why nothing is handed over; may be empty; null: it goes on */
  get pausedBy(): string | null {
    return this.#pausedBy
  }

  /** The most urgent streams first. */
  handOver(streams: readonly StreamSync[]): void {
    if (this.#pausedBy !== null) return
    for (const kind of ['page', 'later-page', 'history'] as const) {
      for (const stream of streams) {
        while (this.#underWay.size < window[kind]) {
          const batch = stream.nextBatch(kind, this.#pace.size)
          if (!batch) break
          if (this.isEmpty) this.#pace.started(this.#parts.now())
          this.send(batch, (batchId) => ({
            type: 'EVENTS',
            batchId,
            stream: batch.stream,
            items: batch.items,
            after: batch.after,
            cursor: batch.cursor,
          }))
        }
      }
    }
  }

  /** Something that is to be acknowledged; `batch` null: no events. */
  send(batch: Batch | null, message: (batchId: string) => FromSync): void {
    const { name, carryOut } = this.#parts
    const batchId = `${name}-${++this.#made}`
    this.#underWay.set(batchId, batch)
    carryOut({ type: 'SEND', message: message(batchId) })
    if (this.#underWay.size === 1) carryOut({ type: 'TIMER', timer: 'acknowledgement', ms: acknowledgementMs })
  }

  /** Null: nobody waits for it any more, or it had no events. */
  acknowledged(batchId: string): Batch | null {
    const batch = this.#underWay.get(batchId) ?? null
    if (!this.#underWay.delete(batchId)) return null
    this.#parts.carryOut({ type: 'TIMER', timer: 'acknowledgement', ms: this.isEmpty ? null : acknowledgementMs })
    if (batch) {
      this.#pace.applied(batch.items.length, this.#parts.now())
      this.#pauses = 0
    }
    return batch
  }

  failed({ batchId, code, message }: Extract<ToSync, { type: 'EVENTS_FAILED' }>): void {
    if (!this.#underWay.has(batchId)) return
    this.#pausedBy = code === 'GAP' ? '' : message
    this.#pauses += 1
    const ms = backoffMs(this.#pauses, this.#parts.random)
    this.#parts.carryOut({ type: 'TIMER', timer: 'handover', ms })
  }

  forget(): void {
    this.#underWay.clear()
    this.#pausedBy = null
    this.#parts.carryOut({ type: 'TIMER', timer: 'acknowledgement', ms: null })
    this.#parts.carryOut({ type: 'TIMER', timer: 'handover', ms: null })
  }
}
