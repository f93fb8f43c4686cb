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
/** of a log that other servers keep */
export interface LogState {
  readonly state: 'ok' | 'silent'
  readonly since: number
}

/** What an operator should know, a sentence each; none: all is well. */
export function problemsIn(disk: Disk, log: LogState, setAside: number, failedModels: number): string[] {
  const since = new Date(disk.since).toISOString()
  const problems: string[] = []
  if (log.state === 'silent')
    problems.push(
      `Too few of the NATS servers have answered since ${new Date(log.since).toISOString()}: nothing is taken, reads go on.`,
    )
  if (disk.state === 'full') problems.push(`The disk has been full since ${since}: nothing is taken. Make room on it.`)
  if (disk.state === 'read-only')
    problems.push(`The disk has been read-only since ${since}: nothing is taken, reads go on.`)
  if (disk.state === 'failing')
    problems.push(`The disk has refused writes since ${since}: nothing is taken. Look at its quota and its state.`)
  if (setAside > 0)
    problems.push(`${setAside} events of the log could not be read and were set aside; setAside names the newest.`)
  if (failedModels > 0)
    problems.push(`The read model of ${failedModels} spaces failed: they have no snapshots. The log says why.`)
  return problems
}

export class Health {
  readonly #logger: Logger
  readonly #now: () => number
  #disk: Disk
  #log: LogState

  constructor(logger: Logger, now: () => number = Date.now) {
    this.#logger = logger
    this.#now = now
    this.#disk = { state: 'ok', since: now() }
    this.#log = { state: 'ok', since: now() }
  }

  get log(): LogState {
    return this.#log
  }

  logAnswers(): void {
    if (this.#log.state !== 'ok') this.#logIs('ok')
  }

  logSilent(): void {
    if (this.#log.state === 'ok') this.#logIs('silent')
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

  #logIs(state: LogState['state']): void {
    this.#log = { state, since: this.#now() }
    this.#logger[state === 'ok' ? 'info' : 'error']({ log: state }, 'the state of the log changed')
  }

  #diskIs(state: Disk['state']): void {
    this.#disk = { state, since: this.#now() }
    this.#logger[state === 'ok' ? 'info' : 'error']({ disk: state }, 'the state of the disk changed')
  }
}
