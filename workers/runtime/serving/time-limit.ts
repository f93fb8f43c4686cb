import { RequestFailure } from './leader-database.ts'

/**
 * What a tab asks for may take only so long: nobody's turn comes while it runs, and a worker that gives no sign of life
 * for 20 s counts as hung, so that an endless statement would end one leader after another. SQLite stops by itself and
 * takes back what the statement did: the asker gets TIMEOUT, the leader stays.
 */
export interface TimeLimit {
  /** An error of `work` is TIMEOUT when it was stopped. Work within work has the shorter time of the two. */
  within<T>(work: () => T, milliseconds?: number): T
  /** the last work was */
  readonly stopped: boolean
  /** asked while a statement runs (`openLiveDatabase`) */
  isToStop(): boolean
}

/** well below the 20 s */
export const limitMs = 15_000

export function timeLimit(now: () => number): TimeLimit {
  let deadline = Number.POSITIVE_INFINITY
  let stopped = false
  return {
    isToStop() {
      if (now() < deadline) return false
      stopped = true
      return true
    },
    get stopped() {
      return stopped
    },
    within(work, milliseconds = limitMs) {
      const outer = deadline
      deadline = Math.min(outer, now() + milliseconds)
      stopped = false
      try {
        return work()
      } catch (error) {
        if (error instanceof RequestFailure) throw error
        throw stopped ? new RequestFailure('TIMEOUT', `it ran for ${milliseconds / 1000} s and was stopped`) : error
      } finally {
        deadline = outer
      }
    },
  }
}
