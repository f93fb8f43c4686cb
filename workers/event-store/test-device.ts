import type { Database } from '@sqlite.org/sqlite-wasm'
import type { AnyEvent, EventDraft, SequencedEvent } from '../../schema/events/event.ts'
import type { ApplicationStatus, Problem, StorageSpace } from '../../schema/messages/runtime/status.ts'
import { chatNames, type ToSync } from '../../schema/messages/sync.ts'
import type { AnyApplication, Rescued } from '../runtime/application.ts'
import type { Clock } from '../runtime/platform/clock.ts'
import { browserSqlite } from '../runtime/platform/browser-sqlite.ts'
import { FakeOpfs, installOpfs } from '../runtime/platform/fake-opfs.ts'
import { deviceFailure } from '../runtime/storage/failure.ts'
import type { LeaderDatabase } from '../runtime/serving/leader-database.ts'
import { keepDamagedCopy } from '../runtime/storage/damaged-copy.ts'
import {
  openDatabase,
  type OpenedDatabase,
  type OpenOutcome,
  type OpenPlatform,
} from '../runtime/opening/open-database.ts'
import { openPoolFolder } from '../runtime/opening/open-leader-database.ts'
import { liveLeaderDatabase } from '../runtime/serving/live-leader-database.ts'
import { eventStore } from './event-store.ts'
import { eventId } from './random-events.ts'

import type { SentinelMark } from '../runtime/storage/sentinel.ts'
import { installStoragePool } from '../runtime/storage/storage-pool.ts'

const { poolFolder } = chatNames

/**
 * For tests: a device whose disk is in memory, and workers that live and die on it. Everything above the file calls is
 * the product's own: the SAH pool, SQLite, store, engine.
 */
export class TestDevice {
  disk = new FakeOpfs()
  mark: SentinelMark | null = null
  rescued: Rescued[] = []
  application: AnyApplication = eventStore
  migrations: readonly string[] | undefined
  /** changes of files that the next worker makes before it dies, counted once the pool is there */
  diesAfter = Number.POSITIVE_INFINITY
  #lost: (() => void)[] = []

  /** A worker with the database lock opens the database. */
  async start(): Promise<Life> {
    installOpfs(this.disk)
    const sqlite3 = await browserSqlite()
    const application = { ...this.application, ...(this.migrations && { migrations: this.migrations }) }
    const platform: OpenPlatform = {
      names: chatNames,
      sqlite3,
      sentinel: {
        read: async () => ({ mark: this.mark, rescued: [...this.rescued] }),
        write: async (mark) => void (this.mark = mark),
        rescue: async (rescued) => void this.rescued.push(...rescued),
        forgetRescued: async () => void (this.rescued = []),
        onLost: (listener) => void this.#lost.push(listener),
      },
      installPool: async () => {
        const found = await installStoragePool(sqlite3, poolFolder)
        this.disk.beforeChange = () => {
          if (--this.diesAfter < 0) throw new Error('the worker is dead')
        }
        return found
      },
      keepCopy: (files) => keepDamagedCopy(chatNames.damagedFolder, files, new Date(0)),
      now: () => 1_700_000_000_000,
      ...(await openPoolFolder(poolFolder)),
    }
    const outcome = await openDatabase(application, platform)
    if (outcome.type === 'NotOpened') platform.cleanEnd.close()
    return new Life(application, outcome, platform, () => {
      this.disk.letGo()
      this.#lost = []
    })
  }

  /** A worker that dies at its n-th change of a file, if it makes so many. False: it did not live to open. */
  async startAndDie(changes: number): Promise<boolean> {
    this.diesAfter = changes
    const life = await this.start().catch(() => null)
    const survived = this.diesAfter >= 0
    this.diesAfter = Number.POSITIVE_INFINITY
    life?.die()
    this.disk.letGo()
    this.disk = this.disk.copy()
    return survived
  }

  /** A start, where it must open. */
  async open(): Promise<Life> {
    const life = await this.start()
    if (life.outcome.type !== 'Opened') throw new Error(life.outcome.problem.code)
    return life
  }

  /** Site data is cleared: IndexedDB's connections are closed. */
  clear(what: { readonly files?: boolean; readonly indexedDb?: boolean }): void {
    if (what.files) for (const path of [poolFolder, chatNames.damagedFolder]) this.disk.remove(path)
    if (!what.indexedDb) return
    this.mark = null
    this.rescued = []
    for (const listener of this.#lost) listener()
  }

  /** Files of the pool that begin, behind their header, with these bytes. */
  poolFile(kind: 'database' | 'wal'): { path: string; bytes: Uint8Array; cut(size: number): void } {
    for (const [path, file] of this.disk.files) {
      if (!path.startsWith(`${poolFolder}/.opaque/`) || file.size < 4112) continue
      const isDatabase = new TextDecoder().decode(file.bytes.subarray(4096, 4111)) === 'SQLite format 3'
      const isWal = new DataView(file.bytes.buffer).getUint32(4096) >>> 1 === 0x377f0682 >>> 1
      if (kind === 'database' ? isDatabase : isWal) {
        return { path, bytes: file.bytes, cut: (size) => file.resize(4096 + size) }
      }
    }
    throw new Error(`the pool has no ${kind}`)
  }
}

/** From one start to the death of its worker. */
export class Life {
  readonly outcome: OpenOutcome
  readonly clock = new ManualClock()
  readonly problems: (Problem | null)[] = []
  readonly spaces: StorageSpace[] = []
  readonly toSync: ToSync[] = []
  readonly replacements: string[] = []
  /** what the application said of itself behind work that nobody had asked for */
  readonly told: ApplicationStatus[] = []
  readonly #letGo: () => void
  #calls = 0
  readonly #leader: LeaderDatabase | null

  constructor(application: AnyApplication, outcome: OpenOutcome, platform: OpenPlatform, letGo: () => void) {
    this.#letGo = letGo
    this.outcome = outcome
    this.#leader = outcome.type === 'Opened' ? liveLeaderDatabase(application, outcome, platform, this.clock) : null
    this.#leader?.watch({
      problem: (problem) => this.problems.push(problem),
      space: (space) => this.spaces.push(space),
      changed: () => this.told.push(this.leader.application),
      toPeer: (message) => this.toSync.push(message as ToSync),
      replace: (reason) => this.replacements.push(reason),
    })
  }

  get leader(): LeaderDatabase {
    if (!this.#leader) throw new Error('the database is not open')
    return this.#leader
  }
  get db(): Database {
    return (this.outcome as OpenedDatabase).db
  }

  rows(sql: string): unknown[] {
    return this.leader.query(sql, []).rows.map((row) => (row.length === 1 ? row[0] : row))
  }
  call(command: keyof (typeof eventStore)['commands'], argument: unknown): void {
    this.leader.call(`request ${++this.#calls}`, command, argument)
  }
  say(index: number, text = `message ${index}`): void {
    this.call('dispatch', [draft(index, text)])
  }
  /** One batch of sync, `from` … `to` of the server's log. Returns what was answered. */
  receive(from: number, to: number, textOf = (index: number) => `message ${index}`): ToSync['type'] | undefined {
    const items: SequencedEvent[] = []
    for (let index = from; index <= to; index++) {
      const event = { ...draft(index, textOf(index)), clock: String(index << 16), deps: [] } as AnyEvent
      items.push({ seq: seqOf(index), receivedAt: index, event })
    }
    const before = this.toSync.length
    const batch = {
      batchId: `${from}-${to}`,
      stream,
      items,
      after: from === 1 ? null : seqOf(from - 1),
      cursor: seqOf(to),
    }
    try {
      this.leader.receive({ type: 'EVENTS', ...batch })
    } catch (error) {
      if (deviceFailure(error) === null) throw error
    }
    return this.toSync.slice(before).find((message) => message.type.startsWith('EVENTS_'))?.type
  }

  /** All is in the database file and nothing in the WAL, which would heal a page that it has. */
  async comeToRest(): Promise<void> {
    await this.clock.pass(2_000)
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  die(): void {
    this.clock.stop()
    this.#letGo()
  }
}

export const stream = 'space:s1'
const seqOf = (index: number): string => String(index).padStart(12, '0')
export const draft = (index: number, text: string): EventDraft => ({
  id: eventId(index),
  type: 'message.create',
  stream,
  room: 'r1',
  actor: 'ann',
  at: index,
  payload: { text },
})

/** Time that passes when it is told to. */
export class ManualClock implements Clock {
  #now = 0
  #timers: { at: number; work: () => void }[] = []
  #stopped = false

  now(): number {
    return this.#now
  }
  after(ms: number, work: () => void): () => void {
    const timer = { at: this.#now + ms, work }
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter((each) => each !== timer))
  }
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settled()
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next || this.#stopped) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = Math.max(this.#now, next.at)
      next.work()
    }
    this.#now = end
  }
  stop(): void {
    this.#stopped = true
    this.#timers = []
  }
}

/** What was awaited of fakes has come. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))
