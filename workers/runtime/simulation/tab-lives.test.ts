import { describe, expect, it } from 'vitest'
import type { ClientError } from '../client/client.ts'
import { applyChanges } from '../../../schema/live/row-changes.ts'
import type { AnyRow } from '../client/live-rows.ts'
import type { SqlValue } from '../../../schema/live.ts'
import { FakeBrowser, names, type FakePage } from './browser.ts'
import { bucketRows, buckets } from './fake-database.ts'

/**
 * Thousands of tabs' lives in random interleavings. SEED=n LIVES=m npx vitest run workers/runtime/simulation replays or widens.
 */
const firstSeed = Number(process.env['SEED'] ?? 1)
const worlds = Number(process.env['WORLDS'] ?? 12)
const livesEach = Number(process.env['LIVES'] ?? 60)

describe('tab lives', () => {
  for (let seed = firstSeed; seed < firstSeed + worlds; seed++) {
    it(`keep every promise, seed ${seed}`, async () => {
      const faults = await new Life(seed).live(livesEach)
      expect(faults, `SEED=${seed} WORLDS=1`).toEqual([])
    })
  }
})

interface View {
  readonly bucket: number
  readonly keys: string[]
  readonly rows: AnyRow[]
  started: boolean
}
interface Watched {
  readonly page: FakePage
  readonly views: View[]
  /** rows whose write was answered to this tab: what it reads must have them */
  readonly written: Set<number>
}
interface Asked {
  readonly what: string
  readonly page: FakePage
  settled: number
}

class Life {
  readonly #browser: FakeBrowser
  readonly #seed: number
  readonly #faults: string[] = []
  readonly #tabs: Watched[] = []
  readonly #asked: Asked[] = []
  readonly #durable = new Set<number>()
  readonly #inserted = new Map<number, 'ok' | 'failed'>()
  #row = 0
  #opened = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#browser = new FakeBrowser(seed, { maxUnreceivedMessages: 8, hungAfterMs: 4_000, requestDeadlineMs: 8_000 })
    this.#browser.openFailures = 0.05
  }

  async live(lives: number): Promise<string[]> {
    const { world } = this.#browser
    while (this.#opened < lives) {
      this.#happen()
      await world.runUntil(world.now + world.between(0, 40))
    }
    // Calm: everybody is let be, somebody is there, and all must come to rest.
    this.#browser.openFailures = 0
    for (const { page } of this.#tabs) if (page.context.frozen) page.thaw()
    this.#open()
    if (world.random() < 0.5) {
      this.#browser.slowStarts = 1
      this.#browser.killCoordinator()
    }
    await world.runUntil(world.now + 30_000) // it may hang just now, which is noticed after 12 to 15 s
    if (this.#tabs.some(({ page }) => page.activeTab === null)) this.#faults.push('nobody leads after 30 s of calm')
    await world.runUntil(world.now + 40_000)
    await this.#judge()
    return this.#faults
  }

  #happen(): void {
    const { world } = this.#browser
    const dice = world.random()
    const tab = this.#tabs[Math.floor(world.random() * this.#tabs.length)]
    if (!tab || (dice < 0.06 && this.#tabs.length < 8)) return this.#open()
    const { page } = tab
    if (page.context.frozen) {
      if (dice < 0.3) page.thaw()
      else if (dice < 0.35) this.#leave(tab, () => page.close())
      return
    }
    if (dice < 0.08) this.#leave(tab, () => page.close())
    else if (dice < 0.1) this.#leave(tab, () => page.crash())
    else if (dice < 0.13) page.freeze()
    else if (dice < 0.15) page.block(world.between(10, 3_000))
    else if (dice < 0.16) page.blockWorker(world.between(10, 6_000))
    else if (dice < 0.17) page.killWorker()
    else if (dice < 0.185) this.#browser.killCoordinator()
    else if (dice < 0.188) this.#browser.hangCoordinator(world.between(100, 40_000))
    else if (dice < 0.2) page.tab.setVisible(world.random() < 0.5)
    else if (page.context.blockedUntil > world.now) return
    else if (dice < 0.3) this.#subscribe(tab)
    else if (dice < 0.55) this.#call(tab)
    else if (dice < 0.75) this.#insert(tab)
    else this.#read(tab)
  }

  #open(): void {
    this.#opened += 1
    const tab: Watched = { page: this.#browser.openPage(), views: [], written: new Set() }
    this.#tabs.push(tab)
    this.#subscribe(tab)
  }

  #leave(tab: Watched, how: () => void): void {
    how()
    this.#tabs.splice(this.#tabs.indexOf(tab), 1)
  }

  #subscribe({ page, views }: Watched): void {
    const bucket = Math.floor(this.#browser.world.random() * buckets)
    const view: View = { bucket, keys: [], rows: [], started: false }
    views.push(view)
    const fault = (text: string) => this.#faults.push(`${page.context.name} bucket ${bucket}: ${text}`)
    const stop = page.tab.subscribe({ sql: 'SELECT live', parameters: [bucket] }, (update) => {
      if (update.type === 'snapshot') {
        if (view.started) fault('a second snapshot with equal columns')
        view.started = true
        view.keys.push(...update.keys)
        view.rows.push(...update.rows)
        return
      }
      if (!view.started) fault('a delta before the snapshot')
      for (const change of update.changes) {
        if (change.op === 'insert' && view.keys.includes(change.key)) fault(`insert of ${change.key}, which is there`)
        applyChanges(view.keys, view.rows, [change])
      }
      if (update.rows.length !== view.rows.length || update.rows.some((row, at) => row !== view.rows[at])) {
        fault('the rows are not those that the changes give')
      }
    })
    if (this.#browser.world.random() < 0.3) {
      this.#browser.world.at(page.context, this.#browser.world.between(0, 2_000), () => {
        stop()
        views.splice(views.indexOf(view), 1)
      })
    }
  }

  #ask<T>(
    tab: Watched,
    what: string,
    promise: Promise<T>,
    good: (value: T) => void,
    bad: (error: ClientError) => void,
  ) {
    const asked: Asked = { what, page: tab.page, settled: 0 }
    this.#asked.push(asked)
    promise.then(
      (value) => {
        asked.settled += 1
        good(value)
      },
      (error: ClientError) => {
        asked.settled += 1
        if (!['LEADER_LOST', 'TIMEOUT', 'CLOSED'].includes(error.code)) this.#faults.push(`${what}: ${error.message}`)
        bad(error)
      },
    )
  }

  #call(tab: Watched): void {
    const rows = Array.from({ length: 1 + Math.floor(this.#browser.world.random() * 3) }, () => this.#row++)
    const promise = tab.page.tab.call('add' as never, rows as never)
    const good = () => {
      for (const row of rows) {
        this.#durable.add(row)
        tab.written.add(row)
        if (!this.#browser.disk.rows.has(row)) this.#faults.push(`the call of ${row} resolved before it was durable`)
      }
    }
    this.#ask(tab, `call ${rows.join()}`, promise, good, (error) => {
      // A call runs once whoever is asked: no dead leader is a reason to give it up.
      if (error.code === 'LEADER_LOST' && !error.message.includes('leaders were lost')) {
        this.#faults.push(`call ${rows.join()}: ${error.message}`)
      }
    })
  }

  #insert(tab: Watched): void {
    const row = this.#row++
    const promise = tab.page.tab.query('INSERT', [row])
    const good = () => {
      this.#inserted.set(row, 'ok')
      tab.written.add(row)
    }
    this.#ask(tab, `insert ${row}`, promise, good, () => this.#inserted.set(row, 'failed'))
  }

  #read(tab: Watched): void {
    const bucket = Math.floor(this.#browser.world.random() * buckets)
    const expected = bucketRows(tab.written, bucket)
    const good = ({ rows }: { readonly rows: readonly SqlValue[][] }) => {
      const read = new Set(rows.map(([row]) => row))
      const missing = expected.filter((row) => !read.has(row))
      if (missing.length > 0) this.#faults.push(`${tab.page.context.name} does not read its own ${missing.join()}`)
    }
    this.#ask(tab, `read ${bucket}`, tab.page.tab.query('SELECT', [bucket]), good, (error) => {
      if (error.code === 'LEADER_LOST' && !error.message.includes('leaders were lost')) {
        this.#faults.push(`read ${bucket}: ${error.message}`)
      }
    })
  }

  async #judge(): Promise<void> {
    const { disk, coordinator } = this.#browser
    this.#faults.push(...disk.violations)
    for (const { what, page, settled } of this.#asked) {
      if (settled > 1) this.#faults.push(`${what} was answered ${settled} times`)
      if (settled === 0 && page.context.alive) this.#faults.push(`${what} was never answered`)
    }
    for (const row of this.#durable) if (!disk.rows.has(row)) this.#faults.push(`the durable row ${row} is lost`)
    for (const [row, outcome] of this.#inserted) {
      const runs = disk.runs.get(row) ?? 0
      if (outcome === 'ok' ? runs !== 1 : runs > 1) this.#faults.push(`insert ${row} ${outcome}, ran ${runs} times`)
    }
    for (const [row, runs] of disk.runs) if (runs > 1) this.#faults.push(`the write of ${row} ran ${runs} times`)
    const active = new Set<string | null>()
    for (const { page, views } of this.#tabs) {
      active.add(page.activeTab)
      for (const view of views) {
        const wanted = bucketRows(disk.rows, view.bucket).map(String).join()
        if (view.keys.join() !== wanted) {
          this.#faults.push(`${page.context.name} bucket ${view.bucket} shows ${view.keys.join()} not ${wanted}`)
        }
        if (view.rows.map(({ n }) => n).join() !== wanted) this.#faults.push('keys and rows differ')
      }
    }
    if (active.size !== 1 || active.has(null)) this.#faults.push(`tabs follow ${[...active].join(' and ')}`)
    const shared = coordinator && this.#browser.locks.holder(names.servingLock)?.name.startsWith('coordinator')
    if (shared && coordinator.state.tabs.size !== this.#tabs.length) {
      this.#faults.push(`the coordinator knows ${coordinator.state.tabs.size} tabs of ${this.#tabs.length}`)
    }
    if (disk.rows.size === 0) this.#faults.push(`nothing was written at all, seed ${this.#seed}`)
  }
}
