import { bounds } from '../../schema/events/bounds.ts'
import { clockToMs } from '../../schema/events/clock.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import { pendingEvents } from './outbox.ts'
import { hasWrongTime, stampAnew } from './stamp-anew.ts'
import { inTransaction, type Store } from './store.ts'

/**
 * A device's own clock may be wrong by years; the server says what time it is. From then on the device writes with the
 * server's time, and what it wrote before and could not send is stamped anew, in the order in which it was written.
 * Returns those events.
 *
 * Example: the device is a year ahead. Its clock has seen 2027 by its own events alone; once the server has said 2026 they
 * are stamped 2026, and so is everything after them.
 */
export function learnServerClock(store: Store, skewMs: number): AnyEvent[] {
  const before = store.skewMs
  try {
    return inTransaction(store, () => {
      store.skewMs = Math.abs(skewMs) < worthCorrectingMs ? 0 : Math.round(skewMs)
      store.log.writeSkew(store.skewMs)
      const wrong = pendingEvents(store).filter((event) => hasWrongTime(event, store.now()))
      const now = Math.floor(store.now())
      const latest = BigInt(now + bounds.aheadMs - worthCorrectingMs) << 16n
      // looked up only when this device is ahead: it reads the whole log
      if (clockToMs(store.clock) > now) store.clock = highestUpTo(store, latest)
      return wrong.map((event) => stampAnew(store, event))
    })
  } catch (error) {
    store.skewMs = before
    throw error
  }
}

/** of what others wrote, or we in time */
function highestUpTo({ sql, log }: Store, latest: bigint): bigint {
  const find = "SELECT max(clock) FROM events WHERE clock <= ? AND stream NOT LIKE 'local:%'"
  const open = BigInt((sql.prepare(find).rows(latest)[0]?.[0] as number | bigint | null) ?? 0)
  const sealed = log.blocks.highestClock(latest)
  return sealed > open ? sealed : open
}

/** an answer takes a second or two, and nobody's order suffers from a minute */
const worthCorrectingMs = 60_000
