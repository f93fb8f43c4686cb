import type { AnyEvent } from '../../schema/events/event.ts'
import { keyIn, type EventKey } from '../../schema/events/key.ts'
import { namedFiles } from '../../schema/files/named-files.ts'
import { breachOf } from '../../schema/events/bounds.ts'
import type { AppendResult, HttpFault } from '../../schema/messages/http.ts'
import type { UploadResult } from '../../schema/messages/sync.ts'

const maxEvents = 100
const maxChars = 512 * 1024

/**
 * Local events on their way to the server, oldest first. One request is under way at a time and holds events of one
 * stream, so what a person did arrives in the order in which they did it. An event leaves the outbox when the server
 * has it or refuses it for good; a passing fault leaves everything where it is. One that names files goes alone: they are sent
 * before it, and what was written before does not wait for them.
 */
export class Outbox {
  readonly #events = new Map<string, AnyEvent>()
  #underWay: readonly AnyEvent[] | null = null
  /** after a refusal that named no event: one by one, until the one is found */
  #oneByOne = false

  get length(): number {
    return this.#events.size
  }

  add(events: readonly AnyEvent[]): readonly AnyEvent[] {
    // the mirror may hold anything that an older build, or a damaged disk, left in it
    const sound = events.filter((event) => breachOf(event) === null && typeof event?.stream === 'string')
    const added = sound.filter((event) => !this.#events.has(keyOf(event)) && !event.stream.startsWith('local:'))
    for (const event of added) this.#events.set(keyOf(event), event)
    return added
  }

  discard(keys: readonly EventKey[]): void {
    for (const key of keys) this.#events.delete(keyOf(key))
  }

  /** the database is about to say again what it holds */
  clear(): void {
    this.#events.clear()
    this.#underWay = null
  }

  nextUpload(): { readonly stream: string; readonly events: readonly AnyEvent[] } | null {
    if (this.#underWay) return null
    const events: AnyEvent[] = []
    let chars = 0
    for (const event of [...this.#events.values()].sort(byClock)) {
      chars += JSON.stringify(event).length
      const alone = namedFiles(event).length > 0
      if (events.length > 0 && (alone || event.stream !== events[0]!.stream || chars > maxChars)) break
      events.push(event)
      if (alone || events.length === (this.#oneByOne ? 1 : maxEvents)) break
    }
    if (events.length === 0) return null
    this.#underWay = events
    return { stream: events[0]!.stream, events }
  }

  uploadFailed(): void {
    this.#underWay = null
  }

  uploaded(results: AppendResult['results']): readonly UploadResult[] {
    const stream = this.#underWay?.[0]?.stream
    if (stream !== undefined) this.#settle(results.map(({ id }) => ({ stream, id })))
    this.#oneByOne = false
    return results.map(({ id, seq, receivedAt }) => ({ id, seq, receivedAt }))
  }

  /** The server refused the request whole. Answers for the event at fault, if it is known, and keeps the others. */
  refused(fault: HttpFault): readonly UploadResult[] {
    const events = this.#underWay ?? []
    this.#underWay = null
    const culprit = events.length === 1 ? events[0] : events[fault.index ?? -1]
    if (!culprit) {
      this.#oneByOne = true
      return []
    }
    this.#settle([culprit])
    return [{ id: culprit.id, error: { code: fault.code, message: fault.message } }]
  }

  #settle(keys: readonly EventKey[]): void {
    this.#underWay = null
    this.discard(keys)
  }
}

const keyOf = ({ stream, id }: EventKey): string => keyIn(stream, id)

/** in the order in which the person acted, whatever order they came in; clocks are decimal, so shorter is smaller */
function byClock(a: AnyEvent, b: AnyEvent): number {
  if (a.clock.length !== b.clock.length) return a.clock.length - b.clock.length
  if (a.clock !== b.clock) return a.clock < b.clock ? -1 : 1
  return a.id < b.id ? -1 : 1
}
