import type { Problem, StorageSpace } from '../../../schema/messages/runtime/status.ts'
import type { Rescued } from '../application.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ballast } from './ballast.ts'
import type { CleanEnd } from './clean-end.ts'
import { deviceFailure } from './failure.ts'
import type { Sentinel } from './sentinel.ts'

/**
 * The storage under an open database, and what is done when it fails. Laws: a reached quota stops the intake of events,
 * is told, and ends by itself when there is room again; a damaged or removed database is given up, to be opened anew by
 * another worker, after what only it holds is safe in the sentinel; nothing of this loses an event.
 */
export interface StorageHealth {
  readonly problem: Problem | null
  readonly space: StorageSpace | null
  /** no room: events are not to be taken in */
  readonly full: boolean
  /** Around whatever may write. An error of the device is noted, and thrown on. */
  writing<T>(work: () => T): T
  /** Around whatever only reads. */
  reading<T>(work: () => T): T
  /** an error that was met elsewhere, in a live query */
  met(error: unknown): void
  watch(listener: HealthListener): void
}

export interface HealthListener {
  problem(problem: Problem | null): void
  space(space: StorageSpace): void
  roomAgain(): void
  replace(reason: string): void
}

export interface HealthParts {
  readonly clock: Clock
  readonly sentinel: Sentinel
  readonly ballast: Ballast
  readonly cleanEnd: CleanEnd
  /** the database's files are where they should be */
  readonly isThere: () => Promise<boolean>
  readonly measure: () => Promise<StorageSpace>
  readonly now: () => number
  readonly opened: { readonly generation: string; readonly problem: Problem | null; readonly unclean: boolean }
  readonly database: {
    /** everything committed is in the database file, and flushed */
    checkpoint(): void
    tables(): readonly string[]
    /** false: damaged */
    check(table: string): boolean
    /** what only this database holds */
    pending(): readonly Rescued[]
  }
}

/** without a write for so long, all is flushed and the end marked as clean */
const quietMs = 1_000
const lookMs = 5_000
const clearingMs = 500
const clearingTries = 20
const measureMs = 60_000
const roomMs = { first: 2_000, last: 30_000 }
/** the look through an unclean database begins so late, waits for so long a pause, and no longer than that */
const lookThroughMs = { first: 3_000, pause: 500, patience: 30_000 }

/** until the next worker has replaced it, and says so */
const damaged: Problem = { code: 'STORAGE_CORRUPT', message: '' }

export function watchStorage(parts: HealthParts): StorageHealth {
  const { clock, sentinel, ballast, cleanEnd, database, opened } = parts
  const { generation } = opened
  let problem = opened.problem
  let space: StorageSpace | null = null
  let listener: HealthListener | null = null
  let full = false
  let roomTries = 0
  /** given up: another worker takes over */
  let over = false
  let lookedThrough = !opened.unclean
  let usedAt = Number.NEGATIVE_INFINITY
  let wroteAt = Number.NEGATIVE_INFINITY
  let waitingForQuiet = false
  let measuredAt = Number.NEGATIVE_INFINITY

  function say(next: Problem | null): void {
    if (next?.code === problem?.code && next?.message === problem?.message) return
    problem = next
    listener?.problem(next)
  }

  function met(error: unknown): void {
    const failure = deviceFailure(error)
    if (failure === null || over) return
    if (failure === 'full') return becomeFull()
    if (failure === 'damaged') return giveUp(damaged, 'damaged', 'the database is damaged')
    const message = error instanceof Error ? error.message : String(error)
    void sentinel.write({ generation, suspect: 'check' })
    say({ code: 'STORAGE_FAILING', message })
    void lookForLoss()
  }

  // ------------------------------------------------------------------------------------------------------------- room

  function becomeFull(): void {
    if (full) return
    full = true
    say({ code: 'QUOTA_EXCEEDED', message: '' })
    void ballast.throwOff().then(measure)
    waitForRoom()
  }

  function waitForRoom(): void {
    const wait = Math.min(roomMs.first * 2 ** roomTries++, roomMs.last)
    clock.after(wait, async () => {
      if (over) return
      if (!(await takeInBallast())) return waitForRoom()
      full = false
      void measure()
      listener?.roomAgain()
      // The next write that succeeds proves it; without one, time does.
      clock.after(wait, wasProved)
    })
  }

  function wasProved(): void {
    if (full || (problem?.code !== 'QUOTA_EXCEEDED' && problem?.code !== 'STORAGE_FAILING')) return
    roomTries = 0
    say(null)
  }

  async function takeInBallast(): Promise<boolean> {
    try {
      return await ballast.takeIn()
    } catch {
      return true // that it cannot be taken in says nothing of the room: what is written next will
    }
  }

  async function measure(): Promise<void> {
    measuredAt = clock.now()
    try {
      space = await parts.measure()
      listener?.space(space)
    } catch {} // no estimate here
  }

  // ---------------------------------------------------------------------------------------------------- loss, damage

  async function lookForLoss(): Promise<void> {
    if (over || (await parts.isThere()) || over) return
    giveUp({ code: 'STORAGE_LOST', message: '', at: parts.now() }, 'no', 'the files of the database are gone')
  }

  function giveUp(why: Problem, suspect: 'no' | 'damaged', reason: string): void {
    if (over) return
    over = true
    say(why)
    const rescued = pending()
    // Of a damaged database the next opening salvages what it can; of one that is gone only we can read it.
    void (suspect === 'no' ? keepPastClearing(rescued) : sentinel.rescue(rescued))
      .then(() => sentinel.write({ generation, suspect }))
      .then(() => listener?.replace(reason))
  }

  function pending(): readonly Rescued[] {
    try {
      return database.pending()
    } catch (error) {
      console.warn('what only this database holds cannot be read:', error)
      return []
    }
  }

  /**
   * Clearing takes a while, and takes with it what is written meanwhile: a new database as well as what is rescued. So
   * it is rescued at once, in case that we end, and over when it has stayed for a while.
   */
  async function keepPastClearing(wanted: readonly Rescued[]): Promise<void> {
    for (let tries = 0; tries < clearingTries; tries++) {
      await sentinel.rescue(wanted)
      await new Promise<void>((resolve) => clock.after(clearingMs, resolve))
      const { rescued } = await sentinel.read()
      const there = new Set(rescued.map(({ key }) => key))
      if (wanted.every(({ key }) => there.has(key))) return
    }
    console.warn(`IndexedDB does not keep ${wanted.length} things that only the lost database held`)
  }

  function watchForLoss(): void {
    clock.after(lookMs, () => {
      if (over) return
      void lookForLoss().finally(watchForLoss)
    })
  }

  // ------------------------------------------------------------------------------------------------- quiet, look through

  function waitForQuiet(): void {
    if (waitingForQuiet) return
    waitingForQuiet = true
    clock.after(quietMs, () => {
      waitingForQuiet = false
      if (over) return
      if (clock.now() - wroteAt < quietMs) return waitForQuiet()
      try {
        database.checkpoint()
      } catch (error) {
        return met(error) // not flushed, so not clean
      }
      if (lookedThrough) cleanEnd.quiet()
      if (!full) void takeInBallast()
      if (clock.now() - measuredAt > measureMs) void measure()
    })
  }

  function lookThrough(tables: readonly string[], waited = 0): void {
    const [table, ...rest] = tables
    if (table === undefined) {
      lookedThrough = true
      return waitForQuiet()
    }
    clock.after(lookThroughMs.pause, () => {
      if (over) return
      const busy = clock.now() - usedAt < lookThroughMs.pause
      if (busy && waited < lookThroughMs.patience) return lookThrough(tables, waited + lookThroughMs.pause)
      try {
        if (!database.check(table)) {
          return giveUp(damaged, 'damaged', `the table ${table} is damaged`)
        }
      } catch (error) {
        return met(error)
      }
      lookThrough(rest)
    })
  }

  sentinel.onLost(() => {
    if (over) return
    void lookForLoss().then(() => {
      if (!over) void sentinel.write({ generation, suspect: 'no' })
    })
  })
  watchForLoss()
  waitForQuiet() // opening wrote
  if (!lookedThrough) clock.after(lookThroughMs.first, () => lookThrough(database.tables()))
  void measure()

  function reading<T>(work: () => T): T {
    usedAt = clock.now()
    try {
      return work()
    } catch (error) {
      met(error)
      throw error
    }
  }

  return {
    get problem() {
      return problem
    },
    get space() {
      return space
    },
    get full() {
      return full
    },
    reading,
    writing(work) {
      wroteAt = clock.now()
      cleanEnd.writing()
      waitForQuiet()
      const result = reading(work)
      wasProved()
      return result
    },
    met,
    watch: (next) => void (listener = next),
  }
}

/** Of a database in memory there is nothing to watch. */
export function memoryHealth(problem: Problem | null): StorageHealth {
  const run = <T>(work: () => T): T => work()
  return { problem, space: null, full: false, writing: run, reading: run, met() {}, watch() {} }
}
