import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from '@playwright/test'

const patienceMs = 45_000
const pauseMs = 50

/**
 * expect.poll for what is asked of a page or a worker. That one gives up at once when the question itself fails, as it
 * does in a page that is just being replaced, or a worker that just ended: this one asks again. And it is impatient:
 * most of what the runtime does takes less than the 100 ms after which expect.poll looks again.
 */
export function eventually<T>(look: () => T | Promise<T>, message?: string) {
  const until = Date.now() + patienceMs
  const answered = async (): Promise<T> => {
    for (;;) {
      try {
        return await look()
      } catch (error) {
        if (Date.now() > until) throw error
        await sleep(pauseMs)
      }
    }
  }
  return expect.poll(answered, { intervals: [20, 30, 50, 100], ...(message !== undefined && { message }) })
}
