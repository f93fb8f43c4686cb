import { useSyncExternalStore } from 'react'

/** The local midnight before this moment. */
export function dayOf(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0)
}

/** The next one, by the calendar: a day may have 23 or 25 hours. */
export function nextDay(now: number): number {
  const day = new Date(dayOf(now))
  return day.setDate(day.getDate() + 1)
}

export interface DayClock {
  now(): number
  /** calls back once, after so many ms of a device that is awake; returns how to stop it */
  after(ms: number, work: () => void): () => void
  /** calls back whenever the page comes to be seen: timers stand still while a device sleeps */
  onWake(work: () => void): () => void
}

/** Which day it is; listeners are told when another begins. */
export class Today {
  readonly #clock: DayClock
  readonly #listeners = new Set<() => void>()
  #day: number
  #stop: (() => void) | null = null

  constructor(clock: DayClock) {
    this.#clock = clock
    this.#day = dayOf(clock.now())
  }

  readonly get = (): number => this.#day

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    if (this.#listeners.size === 1) this.#start()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#stop?.()
      this.#stop = null
    }
  }

  #start(): void {
    const stopWaking = this.#clock.onWake(() => this.#look())
    let stopTimer = () => {}
    const wait = (): void => {
      const now = this.#clock.now()
      // a minute at most: a clock that is set, or a zone that is crossed, shows too
      stopTimer = this.#clock.after(Math.min(nextDay(now) - now, 60_000), () => {
        this.#look()
        wait()
      })
    }
    wait()
    this.#look()
    this.#stop = () => {
      stopWaking()
      stopTimer()
    }
  }

  #look(): void {
    const day = dayOf(this.#clock.now())
    if (day === this.#day) return
    this.#day = day
    for (const listener of this.#listeners) listener()
  }
}

const today = new Today({
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
  onWake(work) {
    document.addEventListener('visibilitychange', work)
    return () => document.removeEventListener('visibilitychange', work)
  },
})

/** The day that it is, as its local midnight: what says "Today" renders again when it is over. */
export function useToday(): number {
  return useSyncExternalStore(today.subscribe, today.get)
}
