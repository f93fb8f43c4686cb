import type { Problem, StorageSpace } from '../../../schema/messages/runtime/status.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ballast } from './ballast.ts'

const measureMs = 60_000
const roomMs = { first: 2_000, last: 30_000 }

export interface RoomParts {
  readonly clock: Clock
  readonly ballast: Ballast
  readonly measure: () => Promise<StorageSpace>
  /** the database was given up: nothing more is to be tried */
  readonly over: () => boolean
  readonly tellSpace: (space: StorageSpace) => void
  readonly ranOut: () => void
  /** there is room again; a write that succeeds, or time, proves it (`proved`) */
  readonly roomAgain: () => void
  readonly proved: () => void
}

/**
 * The room on the device. Laws: it is full from the write that finds none until the ballast fits again, which is tried after
 * 2 s, 4 s … 30 s; a try that turns out too hopeful makes the next one wait longer.
 */
export class DeviceRoom {
  readonly #parts: RoomParts
  #full = false
  #tries = 0
  #space: StorageSpace | null = null
  #measuredAt = Number.NEGATIVE_INFINITY

  constructor(parts: RoomParts) {
    this.#parts = parts
  }

  get full(): boolean {
    return this.#full
  }
  /** as it was measured last */
  get space(): StorageSpace | null {
    return this.#space
  }

  /** A write found none. */
  ranOut(): void {
    if (this.#full) return
    this.#full = true
    this.#parts.ranOut()
    void this.#parts.ballast.throwOff().then(() => this.measure())
    this.#wait()
  }

  /** A write succeeded, while a problem was shown. */
  proved(): void {
    this.#tries = 0
  }

  /** In a quiet moment. */
  keepUp(): void {
    if (!this.#full) void this.#takeInBallast()
    if (this.#parts.clock.now() - this.#measuredAt > measureMs) void this.measure()
  }

  async measure(): Promise<void> {
    this.#measuredAt = this.#parts.clock.now()
    try {
      this.#space = await this.#parts.measure()
      this.#parts.tellSpace(this.#space)
    } catch {} // no estimate here
  }

  #wait(): void {
    const { clock, over, roomAgain, proved } = this.#parts
    const wait = Math.min(roomMs.first * 2 ** this.#tries++, roomMs.last)
    clock.after(wait, async () => {
      if (over()) return
      if (!(await this.#takeInBallast())) return this.#wait()
      this.#full = false
      void this.measure()
      roomAgain()
      // The next write that succeeds proves it; without one, time does.
      clock.after(wait, proved)
    })
  }

  async #takeInBallast(): Promise<boolean> {
    try {
      return await this.#parts.ballast.takeIn()
    } catch {
      return true // that it cannot be taken in says nothing of the room: what is written next will
    }
  }
}

export const outOfRoom: Problem = { code: 'QUOTA_EXCEEDED', message: '' }
