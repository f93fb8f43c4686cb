import { setTimeout as sleep } from 'node:timers/promises'
import { ulid } from 'ulid'
import type { EventDraft } from '../../schema/events/event.ts'
import type { Random } from '../../schema/demo/random.ts'
import type { SoakSite } from './site.ts'
import type { SoakTabs } from './tabs.ts'

const pauseMs = 200
const fromElsewhere = 8
const fromHere = 2

/** 50 events a second: 40 by another device at the server, 10 dispatched by whichever tab it happens to be. */
export class SoakWriters {
  readonly #tabs: SoakTabs
  readonly #site: SoakSite
  readonly #random: Random
  readonly #pending = new Set<Promise<void>>()
  #running: { stopping: boolean; done: Promise<void> } | null = null
  #count = 0
  /** events that somebody was told are safe: by the server, or by this device */
  readonly acknowledged = new Set<string>()
  /** all that were ever tried: what died on the way may be there or not */
  readonly attempted = new Set<string>()

  constructor(tabs: SoakTabs, site: SoakSite, random: Random) {
    this.#tabs = tabs
    this.#site = site
    this.#random = random
  }

  start(): void {
    const run = { stopping: false, done: Promise.resolve() }
    run.done = this.#write(run)
    this.#running = run
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running.stopping = true
    await this.#running.done
    await Promise.all(this.#pending)
  }

  async #write(run: { stopping: boolean }): Promise<void> {
    for (let next = Date.now(); !run.stopping; next += pauseMs) {
      this.#keep(this.#elsewhere())
      for (let n = 0; n < fromHere; n++) this.#keep(this.#here())
      await sleep(Math.max(0, next + pauseMs - Date.now()))
    }
  }

  #keep(work: Promise<void>): void {
    this.#pending.add(work)
    void work.finally(() => this.#pending.delete(work))
  }

  async #elsewhere(): Promise<void> {
    const { other, stream, room } = this.#site
    const events = Array.from({ length: fromElsewhere }, () =>
      other.event('message.create', stream, { text: `elsewhere ${++this.#count}` }, { room }),
    )
    for (const { id } of events) this.attempted.add(id)
    const { status, body } = await other.append(stream, events)
    if (status !== 200) throw new Error(`the server refused: ${JSON.stringify(body)}`)
    for (const { id } of events) this.acknowledged.add(id)
  }

  async #here(): Promise<void> {
    const id = ulid()
    const { stream, room } = this.#site
    const payload = { text: `here ${++this.#count}` }
    const { actor } = this.#tabs
    const draft: EventDraft = { id, type: 'message.create', stream, actor, at: Date.now(), entity: id, room, payload }
    this.attempted.add(id)
    const page = this.#random.pick(this.#tabs.all)
    try {
      // a page that freezes or goes away answers late or never
      const written = page.evaluate((event) => runtime.client.dispatch([event]), draft)
      const late = sleep(35_000).then(() => Promise.reject(new Error('no answer')))
      await Promise.race([written, late])
      this.acknowledged.add(id)
    } catch {
      // not acknowledged
    }
  }
}
