import type { Rescued } from '../application.ts'
import type { Clock } from '../platform/clock.ts'
import type { Sentinel } from './sentinel.ts'

const clearingMs = 500
const clearingTries = 20

/**
 * Clearing of site data takes a while, and takes with it what is written meanwhile: a new database as well as what is
 * rescued. So it is rescued at once, in case that this worker ends, and over when it has stayed for a while.
 */
export async function keepPastClearing(sentinel: Sentinel, clock: Clock, wanted: readonly Rescued[]): Promise<void> {
  for (let tries = 0; tries < clearingTries; tries++) {
    await sentinel.rescue(wanted)
    await new Promise<void>((resolve) => clock.after(clearingMs, resolve))
    const { rescued } = await sentinel.read()
    const there = new Set(rescued.map(({ key }) => key))
    if (wanted.every(({ key }) => there.has(key))) return
  }
  console.warn(`IndexedDB does not keep ${wanted.length} things that only the lost database held`)
}
