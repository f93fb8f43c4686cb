import { nextClock } from '../../schema/events/clock.ts'
import {
  validateEvent,
  versionOf,
  type AnyEvent,
  type EventDraft,
  type EventFault,
  type KnownEvent,
} from '../../schema/events/event.ts'
import { queueUpload } from './outbox.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction, type Store } from './store.ts'

export type DispatchOutcome =
  /** durable; `events` are those to upload (not the local ones), as they were stamped */
  | { readonly type: 'Dispatched'; readonly events: readonly AnyEvent[]; readonly duplicates: number }
  /** none was applied */
  | { readonly type: 'InvalidEvent'; readonly index: number; readonly fault: EventFault }

/**
 * Local events: stamped with a clock above every clock seen and with what their author had seen, applied at once with
 * their outbox rows, all or none. An id that is there already is left alone, so a dispatch may be repeated.
 */
export function dispatchDrafts(store: Store, drafts: readonly EventDraft[]): DispatchOutcome {
  const apply = recordEvent(store)
  try {
    return inTransaction(store, () => {
      const events: AnyEvent[] = []
      let duplicates = 0
      for (const [index, draft] of drafts.entries()) {
        const event = stamp(store, draft, index)
        if (apply(event, event, null, store.now()) === 'duplicate') {
          duplicates++
          continue
        }
        if (BigInt(event.clock) > store.clock) store.clock = BigInt(event.clock)
        queueUpload(store, event)
        if (!event.stream.startsWith('local:')) events.push(event)
      }
      return { type: 'Dispatched', events, duplicates }
    })
  } catch (error) {
    if (error instanceof InvalidDraft) return { type: 'InvalidEvent', index: error.index, fault: error.fault }
    throw error
  }
}

function stamp(store: Store, draft: EventDraft, index: number): KnownEvent {
  const past = clockOf(draft)
  const clock = past ?? String(nextClock(store.clock, store.now()))
  const at = past === null ? draft.at + store.skewMs : draft.at
  const result = validateEvent({ ...draft, ...versionOf(draft.type), at, clock, deps: [] })
  if (result.type === 'invalid') throw new InvalidDraft(index, result.fault)
  if (result.type === 'unknown') {
    const message = `type: this build does not know ${result.event.type}`
    throw new InvalidDraft(index, { code: 'MALFORMED_EVENT', field: 'type', message })
  }
  return { ...result.event, deps: store.projector.headsOf(result.event) }
}

/** A local stream is nobody else's: a past that was made up for it (the demo space) keeps its own clocks. */
function clockOf(draft: EventDraft): string | null {
  const { clock } = draft as { clock?: unknown }
  return draft.stream.startsWith('local:') && typeof clock === 'string' ? clock : null
}

/** carries the fault out of the transaction, which it rolls back */
class InvalidDraft extends Error {
  readonly index: number
  readonly fault: EventFault
  constructor(index: number, fault: EventFault) {
    super(fault.message)
    this.index = index
    this.fault = fault
  }
}
