import type { Problem, StorageSpace } from '../../../schema/messages/runtime/status.ts'
import type { Rescued } from '../application.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ballast } from './ballast.ts'
import type { CleanEnd } from './clean-end.ts'
import { DeviceRoom, outOfRoom } from './device-room.ts'
import { deviceFailure } from './failure.ts'
import { keepPastClearing } from './keep-past-clearing.ts'
import { lookThrough } from './look-through.ts'
import type { Sentinel } from './sentinel.ts'

/**
 * The storage under an open database, and what is done when it fails. Laws: a reached quota stops what can wait,
 * is told, and ends by itself when there is room again; a damaged or removed database is given up, to be opened anew by
 * another worker, after what only it holds is safe in the sentinel; nothing of this loses what was answered.
 */
export interface StorageHealth {
  readonly problem: Problem | null
  readonly space: StorageSpace | null
  /** no room: what can wait is not to be taken in */
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

/** until the next worker has replaced it, and says so */
const damaged: Problem = { code: 'STORAGE_CORRUPT', message: '' }

export function watchStorage(parts: HealthParts): StorageHealth {
  const { clock, sentinel, ballast, cleanEnd, database, opened } = parts
  const { generation } = opened
  let problem = opened.problem
  let listener: HealthListener | null = null
  /** given up: another worker takes over */
  let over = false
  let lookedThrough = !opened.unclean
  let usedAt = Number.NEGATIVE_INFINITY
  let wroteAt = Number.NEGATIVE_INFINITY
  let waitingForQuiet = false
  const room = new DeviceRoom({
    clock,
    ballast,
    measure: parts.measure,
    over: () => over,
    tellSpace: (space) => listener?.space(space),
    ranOut: () => say(outOfRoom),
    roomAgain: () => listener?.roomAgain(),
    proved: wasProved,
  })

  function say(next: Problem | null): void {
    if (next?.code === problem?.code && next?.message === problem?.message) return
    problem = next
    listener?.problem(next)
  }

  function met(error: unknown): void {
    const failure = deviceFailure(error)
    if (failure === null || over) return
    if (failure === 'full') return room.ranOut()
    if (failure === 'damaged') return giveUp(damaged, 'damaged', 'the database is damaged')
    const message = error instanceof Error ? error.message : String(error)
    void sentinel.write({ generation, suspect: 'check' })
    say({ code: 'STORAGE_FAILING', message })
    void lookForLoss()
  }

  /** A write succeeded, or time has passed since there is room again. */
  function wasProved(): void {
    if (room.full || (problem?.code !== 'QUOTA_EXCEEDED' && problem?.code !== 'STORAGE_FAILING')) return
    room.proved()
    say(null)
  }

  async function lookForLoss(): Promise<void> {
    if (over || (await parts.isThere()) || over) return
    giveUp({ code: 'STORAGE_LOST', message: '', at: parts.now() }, 'no', 'the files of the database are gone')
  }

  function watchForLoss(): void {
    clock.after(lookMs, () => {
      if (over) return
      void lookForLoss().finally(watchForLoss)
    })
  }

  function giveUp(why: Problem, suspect: 'no' | 'damaged', reason: string): void {
    if (over) return
    over = true
    say(why)
    const rescued = pending()
    // Of a damaged database the next opening salvages what it can; of one that is gone only we can read it.
    void (suspect === 'no' ? keepPastClearing(sentinel, clock, rescued) : sentinel.rescue(rescued))
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
      room.keepUp()
    })
  }

  function isSound(table: string): boolean {
    try {
      if (database.check(table)) return true
      giveUp(damaged, 'damaged', `the table ${table} is damaged`)
    } catch (error) {
      met(error)
    }
    return false
  }

  sentinel.onLost(() => {
    if (over) return
    void lookForLoss().then(() => {
      if (!over) void sentinel.write({ generation, suspect: 'no' })
    })
  })
  watchForLoss()
  waitForQuiet() // opening wrote
  if (!lookedThrough) {
    const done = () => {
      lookedThrough = true
      waitForQuiet()
    }
    lookThrough({ clock, over: () => over, usedAt: () => usedAt, tables: database.tables, isSound, done })
  }
  void room.measure()

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
      return room.space
    },
    get full() {
      return room.full
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
