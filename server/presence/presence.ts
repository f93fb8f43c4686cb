import { streamKind } from '../../schema/events/streams.ts'
import type { PersonPresence, PresenceSaid, PresenceTold } from '../../schema/messages/presence.ts'
import type { OpenRoom } from '../../schema/messages/sync.ts'
import type { Limits } from '../limits.ts'

/**
 * Who is here and who types, in memory alone. A person is here while one of their tabs says so; both end by themselves.
 * Laws: of a person somebody hears only in streams in which both have the right to presence at that moment; a tab that is
 * gone is forgotten after `hereMs`, what it typed after `typingMs`, and all of a person's tabs `deafMs` after their last live
 * connection ended; what is kept and told is bounded.
 *
 * Who comes and goes is gathered for `gatherMs` and told together; who types is told at once.
 */
export interface PresenceParts {
  readonly maySee: (stream: string, actor: string) => boolean
  readonly streamsOf: (actor: string) => readonly string[]
  /** they have a live connection */
  readonly hears: (actor: string) => boolean
  readonly tell: (people: ReadonlySet<string>, told: PresenceTold) => void
  /** after `gatherMs`: calls `flush` */
  readonly soon: () => void
  readonly limits: Pick<Limits, 'presenceTabsPerPerson' | 'presenceTabsInAll' | 'presenceShown' | 'typistsShown'>
  readonly now: () => number
}
export const hereMs = 100_000
export const typingMs = 6000
/** so long a device may be without its live connection, as when it makes a new one */
export const deafMs = 5000
export const gatherMs = 30

interface Tab {
  readonly actor: string
  readonly watch: ReadonlySet<string>
  readonly typing: OpenRoom | null
  readonly until: number
  readonly typingUntil: number
}

export class Presence {
  readonly #parts: PresenceParts
  /** by person, then by the tab's name; the oldest word first */
  readonly #tabs = new Map<string, Map<string, Tab>>()
  /** who has a tab that watches the stream */
  readonly #watchers = new Map<string, Set<string>>()
  /** who came or went, and is not told of yet */
  readonly #moved = new Set<string>()
  /** who has no live connection, since when */
  readonly #deaf = new Map<string, number>()
  #count = 0

  constructor(parts: PresenceParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#count
  }

  say(actor: string, { tab, watch, typing, whole }: PresenceSaid): void {
    const { limits, now, maySee } = this.#parts
    const mine = this.#tabs.get(actor) ?? new Map<string, Tab>()
    const before = mine.get(tab) ?? null
    if (!before && this.#count >= limits.presenceTabsInAll) return
    const seen = new Set(watch.filter((stream) => isShared(stream) && maySee(stream, actor)))
    const typed = typing && isShared(typing.stream) && maySee(typing.stream, actor) ? typing : null
    const oldest = before || mine.size < limits.presenceTabsPerPerson ? undefined : mine.keys().next().value
    const drop = oldest === undefined ? [] : [oldest]
    const after: Tab = { actor, watch: seen, typing: typed, until: now() + hereMs, typingUntil: now() + typingMs }
    this.#change(actor, [...drop, tab], () => {
      const tabs = this.#tabs.get(actor) ?? new Map<string, Tab>()
      this.#tabs.set(actor, tabs)
      for (const gone of drop) tabs.delete(gone)
      tabs.delete(tab)
      tabs.set(tab, after)
      this.#count += (before ? 0 : 1) - drop.length
    })
    for (const stream of seen) if (whole || !before?.watch.has(stream)) this.#tellWhole(actor, stream)
  }

  left(actor: string, tab: string): void {
    if (this.#tabs.get(actor)?.has(tab)) this.#remove(actor, [tab])
  }

  /** Forgets what nobody has said again. */
  sweep(): void {
    const now = this.#parts.now()
    for (const [actor, tabs] of this.#tabs) {
      const isDeaf = now - this.#deafSince(actor, now) >= deafMs
      const gone = [...tabs].filter(([, tab]) => isDeaf || tab.until <= now).map(([name]) => name)
      if (gone.length > 0) this.#remove(actor, gone)
      for (const [name, tab] of tabs) {
        if (tab.typing === null || tab.typingUntil > now) continue
        this.#change(actor, [name], () => tabs.set(name, { ...tab, typing: null }))
      }
    }
  }

  #deafSince(actor: string, now: number): number {
    if (this.#parts.hears(actor)) {
      this.#deaf.delete(actor)
      return now
    }
    if (!this.#deaf.has(actor)) this.#deaf.set(actor, now)
    return this.#deaf.get(actor)!
  }

  /** Tells who came and who went. */
  flush(): void {
    const byStream = new Map<string, PersonPresence[]>()
    for (const person of this.#moved) {
      for (const stream of this.#parts.streamsOf(person)) {
        if (!this.#watchers.has(stream) || !this.#parts.maySee(stream, person)) continue
        byStream.set(stream, [...(byStream.get(stream) ?? []), this.#of(person, stream)])
      }
    }
    this.#moved.clear()
    for (const [stream, people] of byStream) this.#tell(stream, people)
  }

  #remove(actor: string, names: readonly string[]): void {
    this.#change(actor, names, () => {
      const tabs = this.#tabs.get(actor)!
      for (const name of names) tabs.delete(name)
      if (tabs.size === 0) {
        this.#tabs.delete(actor)
        this.#deaf.delete(actor)
      }
      this.#count -= names.length
    })
  }

  /** Makes a change of a person's tabs, and tells what it means for others. */
  #change(actor: string, names: readonly string[], make: () => void): void {
    const wasHere = this.#tabs.has(actor)
    const tabsBefore = names.flatMap((name) => this.#tabs.get(actor)?.get(name) ?? [])
    const typedBefore = new Map(this.#typedStreams(actor).map((stream) => [stream, this.#typingIn(actor, stream)]))
    make()
    const tabsAfter = names.flatMap((name) => this.#tabs.get(actor)?.get(name) ?? [])
    for (const stream of new Set([...tabsBefore, ...tabsAfter].flatMap(({ watch }) => [...watch]))) {
      this.#countWatcher(actor, stream)
    }
    if (wasHere !== this.#tabs.has(actor)) {
      this.#moved.add(actor)
      this.#parts.soon()
    }
    for (const stream of new Set([...typedBefore.keys(), ...this.#typedStreams(actor)])) {
      const typed = this.#typingIn(actor, stream)
      const beforehand = typedBefore.get(stream) ?? []
      if (typed.join('\n') === beforehand.join('\n')) continue
      const begins = beforehand.length === 0
      if (begins && this.#typists(stream) > this.#parts.limits.typistsShown) continue
      this.#tell(stream, [this.#of(actor, stream)], actor)
    }
  }

  #countWatcher(actor: string, stream: string): void {
    const watches = [...(this.#tabs.get(actor)?.values() ?? [])].some(({ watch }) => watch.has(stream))
    const watchers = this.#watchers.get(stream) ?? new Set()
    if (watches) this.#watchers.set(stream, watchers.add(actor))
    else if (watchers.delete(actor) && watchers.size === 0) this.#watchers.delete(stream)
  }

  #tell(stream: string, people: readonly PersonPresence[], except?: string): void {
    const watchers = [...(this.#watchers.get(stream) ?? [])]
    const told = watchers.filter((one) => one !== except && this.#parts.maySee(stream, one))
    if (told.length > 0) this.#parts.tell(new Set(told), { type: 'presence', stream, whole: false, people })
  }

  #tellWhole(actor: string, stream: string): void {
    const people: PersonPresence[] = []
    for (const person of this.#tabs.keys()) {
      if (people.length === this.#parts.limits.presenceShown) break
      if (this.#parts.maySee(stream, person)) people.push(this.#of(person, stream))
    }
    this.#parts.tell(new Set([actor]), { type: 'presence', stream, whole: true, people })
  }

  #of(person: string, stream: string): PersonPresence {
    return { person, here: this.#tabs.has(person), typing: this.#typingIn(person, stream) }
  }

  #typingIn(actor: string, stream: string): readonly string[] {
    const rooms = [...(this.#tabs.get(actor)?.values() ?? [])].flatMap(({ typing }) =>
      typing?.stream === stream ? [typing.room] : [],
    )
    return [...new Set(rooms)].sort()
  }

  #typedStreams(actor: string): readonly string[] {
    return [...(this.#tabs.get(actor)?.values() ?? [])].flatMap(({ typing }) => (typing ? [typing.stream] : []))
  }

  #typists(stream: string): number {
    let count = 0
    for (const watcher of this.#watchers.get(stream) ?? []) if (this.#typingIn(watcher, stream).length > 0) count += 1
    return count
  }
}

function isShared(stream: string): boolean {
  const kind = streamKind(stream)
  return kind === 'space' || kind === 'room'
}
