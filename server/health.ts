import type { Logger } from 'pino'
import { diskFaultOf, type DiskFault } from './sqlite.ts'

/**
 * What is wrong and goes on all the same: the disk, and events that the directory set aside. Said once in the log and
 * for as long as it lasts at /healthz.
 */
export interface SetAside {
  readonly stream: string
  readonly seq: string
  readonly id: string
  readonly reason: string
}
export interface Disk {
  readonly state: 'ok' | DiskFault
  /** unix ms; of the present state */
  readonly since: number
}

export class Health {
  readonly #logger: Logger
  readonly #now: () => number
  #disk: Disk

  constructor(logger: Logger, now: () => number = Date.now) {
    this.#logger = logger
    this.#now = now
    this.#disk = { state: 'ok', since: now() }
  }

  get disk(): Disk {
    return this.#disk
  }

  /** A write came through. */
  wrote(): void {
    if (this.#disk.state !== 'ok') this.#diskIs('ok')
  }

  /** A write failed; true if the disk is to blame. */
  failed(error: unknown): boolean {
    const fault = diskFaultOf(error)
    if (fault !== null && fault !== this.#disk.state) this.#diskIs(fault)
    return fault !== null
  }

  setAside(item: SetAside): void {
    this.#logger.warn(item, 'event set aside')
  }

  /** Something of ours threw where it must not; whatever it was working for goes on. */
  bug(error: unknown, where: string): void {
    this.#logger.error({ err: error, where }, 'a bug: went on without it')
  }

  #diskIs(state: Disk['state']): void {
    this.#disk = { state, since: this.#now() }
    this.#logger[state === 'ok' ? 'info' : 'error']({ disk: state }, 'the state of the disk changed')
  }
}
