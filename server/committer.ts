import { aheadOf } from '../schema/events/bounds.ts'
import { clockToMs } from '../schema/events/clock.ts'
import { definitionOf } from '../schema/events/event-types.ts'
import { validateEvent, type AnyEvent, type EventValidation } from '../schema/events/event.ts'
import type { AppendResult } from '../schema/messages/http.ts'
import { isImporter } from '../schema/rights/importers.ts'
import { refusalOf } from '../schema/rights/may.ts'
import { branchRights, foldRights, type Rights } from '../schema/rights/rights.ts'
import { isStructure } from '../schema/rights/space-state.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { Directory } from './directory.ts'
import { hashOf, withoutErased } from './erase.ts'
import { Gather } from './log/gather.ts'
import { StaleHead, type EventLog, type LogItem } from './log/event-log.ts'
import { Fault } from './fault.ts'
import type { Limits } from './limits.ts'

/**
 * Takes events into the log, as their authors sent them. Laws: a request is taken whole or not at all; every event is
 * admitted against the state after all events before it (also those of requests that wait in the same line), never
 * against an older one; an event that the log has already is answered with its first seq and asks for no right; an id
 * stands for one content for ever.
 *
 * Requests for one stream wait in a line. The whole line is decided, then written by one append that expects the head
 * on which the decision stood; if another node wrote meanwhile the line is decided again.
 */
export interface Committer {
  /** `shown`: the invitation whose secret they have shown */
  append(
    actor: string,
    stream: string,
    events: readonly unknown[],
    shown?: string | null,
  ): Promise<AppendResult['results']>
}

interface Request {
  readonly actor: string
  readonly events: readonly Sent[]
  readonly shown: string | null
  readonly resolve: (results: AppendResult['results']) => void
  readonly reject: (error: unknown) => void
}
interface Sent {
  readonly valid: Exclude<EventValidation, { type: 'invalid' }>
  /** what the author sent, unknown fields included: this is what the log keeps */
  readonly data: string
}

/** requests that are decided and written together */
const maxServed = 256

export function startCommitter(
  log: EventLog,
  directory: Directory,
  limits: Pick<Limits, 'oldestEventMs' | 'staleHeadMs'>,
  /** `blobs` null: no message may name a file */
  { now = Date.now, blobs = null }: { readonly now?: () => number; readonly blobs?: Blobs | null } = {},
): Committer {
  const lines = new Map<string, Request[]>()

  async function serve(stream: string): Promise<void> {
    const line = lines.get(stream)!
    const gather = new Gather()
    for (;;) {
      await gather.wait(() => line.length)
      if (line.length === 0) break
      const served = line.splice(0, maxServed)
      const start = performance.now()
      await commit(stream, served).catch((error) => served.forEach((request) => request.reject(error)))
      gather.wrote(served.length, performance.now() - start)
    }
    lines.delete(stream)
  }

  async function commit(stream: string, line: readonly Request[]): Promise<void> {
    const deadline = now() + limits.staleHeadMs
    let catchUp = log.catchUp
    for (;;) {
      const entry = directory.entry(stream)
      const known = new Map((await log.find(stream, idsIn(line))).map((item) => [item.id, item]))
      const trial = new Trial(stream, directory, known, blobs, now())
      const faults = line.map((request) => trial.take(request))
      if (catchUp && faults.some((fault) => fault !== null)) {
        await catchUp() // what another server took a moment ago may allow it
        catchUp = null
        continue
      }
      const taken = line.filter((request, index) => {
        const fault = faults[index]
        if (fault) request.reject(fault)
        return !fault
      })
      if (taken.length === 0) return
      const sent = taken.flatMap((request) => request.events.map(({ valid, data }) => ({ ...knownIn(valid), data })))
      try {
        const { events, rewrite } = await withoutErased(stream, sent, log, directory)
        blobs?.name(stream, events)
        const appended = await log.append(stream, events, { expect: entry?.head ?? null, rewrite })
        const erased = sent.flatMap(({ known }) => (known?.type === 'message.erase' ? [known.entity!] : []))
        if (erased.length > 0) await blobs?.release(stream, erased)
        let at = 0
        for (const request of taken) {
          request.resolve(request.events.map(({ valid }) => ({ id: valid.event.id, ...appended[at++]! })))
        }
        return
      } catch (error) {
        if (!(error instanceof StaleHead)) throw error
        if (now() > deadline) {
          throw new Fault('TOO_MANY_REQUESTS', `${stream} is being written elsewhere`, { retryAfterSeconds: 1 })
        }
        line = taken
        await new Promise((resolve) => setTimeout(resolve, 5)) // until the directory has followed
      }
    }
  }

  return {
    append(actor, stream, inputs, shown = null) {
      const events = inputs.map((input, index) => check(actor, stream, input, index, now(), limits.oldestEventMs))
      return new Promise((resolve, reject) => {
        const request = { actor, events, shown, resolve, reject }
        const line = lines.get(stream)
        if (line) line.push(request)
        else {
          lines.set(stream, [request])
          void serve(stream)
        }
      })
    },
  }
}

const knownIn = (valid: Sent['valid']) => ({ event: valid.event, known: valid.type === 'known' ? valid.event : null })

/** Of every event its own, and the message that it changes. */
function idsIn(line: readonly Request[]): string[] {
  const ids = new Set<string>()
  for (const { events } of line) {
    for (const { valid } of events) {
      ids.add(valid.event.id)
      const { type, entity } = valid.event
      if (definitionOf(type)?.by === 'authorOrAdmin' && entity !== undefined) ids.add(entity)
    }
  }
  return [...ids]
}

/** What can be said of an event without knowing the stream; throws a Fault. */
function check(actor: string, stream: string, input: unknown, index: number, now: number, oldestEventMs: number): Sent {
  const valid = validateEvent(input)
  const given = (input as { id?: unknown } | null)?.id
  const at = { index, ...(typeof given === 'string' ? { id: given.slice(0, 200).toWellFormed() } : {}) }
  if (valid.type === 'invalid')
    throw new Fault(valid.fault.code, valid.fault.message, { ...at, field: valid.fault.field })
  const { event } = valid
  if (valid.type === 'unknown' && definitionOf(event.type)) {
    // its rights could not be looked at
    const message = `version: this server does not know version ${event.version} of ${event.type} yet`
    throw new Fault('MALFORMED_EVENT', message, { ...at, field: 'version' })
  }
  if (event.stream !== stream) {
    throw new Fault('MALFORMED_EVENT', `stream: must be ${stream}, as in the address`, { ...at, field: 'stream' })
  }
  if (event.actor !== actor) {
    throw new Fault('ACTOR_MISMATCH', 'actor: must be the one who is signed in', { ...at, field: 'actor' })
  }
  const ahead = aheadOf(event, now) ?? (isImporter(actor) ? pastOnly(event, now) : null)
  if (ahead) throw new Fault('CLOCK_AHEAD', `${ahead.field}: ${ahead.message}`, { ...at, field: ahead.field, now })
  const behind = isImporter(actor) ? null : behindOf(event, oldestEventMs)
  if (behind) {
    const message = `${behind}: is long before this app was made: the clock of the device that wrote it was wrong`
    throw new Fault('CLOCK_BEHIND', message, { ...at, field: behind, now })
  }
  return { valid, data: JSON.stringify(input) }
}

function pastOnly(event: AnyEvent, now: number): { field: 'clock' | 'at'; message: string } | null {
  const message = 'lies in the future: what is imported has happened'
  if (clockToMs(event.clock) > now) return { field: 'clock', message }
  return event.at > now ? { field: 'at', message } : null
}

function behindOf(event: AnyEvent, oldestMs: number): 'clock' | 'at' | null {
  if (clockToMs(event.clock) < oldestMs) return 'clock'
  return event.at < oldestMs ? 'at' : null
}

/** A line of requests, taken one after another on trial: what a refused one did is undone. */
class Trial {
  readonly #stream: string
  readonly #now: number
  readonly #known: ReadonlyMap<string, LogItem>
  readonly #blobs: Blobs | null
  #rights: Rights
  /** the rights are a branch of our own */
  #owned = false
  /** events of this line, by id */
  readonly #taken = new Map<string, Sent>()

  constructor(
    stream: string,
    directory: Directory,
    known: ReadonlyMap<string, LogItem>,
    blobs: Blobs | null,
    now: number,
  ) {
    this.#blobs = blobs
    this.#now = now
    this.#stream = stream
    this.#known = known
    this.#rights = directory.rights(stream)
  }

  take(request: Request): Fault | null {
    const before = this.#rights
    this.#owned = false // the first change branches off, and leaves `before` as it is
    const taken: string[] = []
    for (const [index, sent] of request.events.entries()) {
      const { event } = sent.valid
      const outcome = this.#takeOne(request, sent)
      if (outcome === 'new') taken.push(event.id)
      else if (outcome !== 'known') {
        this.#rights = before
        for (const id of taken) this.#taken.delete(id)
        const { code, message, ...field } = outcome
        return new Fault(code, message, { index, id: event.id, ...field })
      }
    }
    return null
  }

  #takeOne({ actor, shown }: Request, sent: Sent) {
    const { valid, data } = sent
    const { event } = valid
    const rights = this.#rights
    const { type: append, entity, payload } = event
    const authorOf = (message: string) => this.#authorOf(message)
    const attempt = { append, entity, payload, authorOf, shown, now: this.#now }
    const refusal = refusalOf(rights, actor, attempt, this.#stream)
    const first = this.#taken.get(event.id) ?? this.#known.get(event.id)
    if (first !== undefined) {
      const outcome = sameOrTaken(actor, first, data)
      // who may not write here is not told which ids there are
      return outcome !== 'known' && outcome.code === 'EVENT_ID_TAKEN' ? (refusal ?? outcome) : outcome
    }
    if (refusal) return refusal
    // who knows the hash of a file, and no more, does not get at it by naming it
    if (valid.type === 'known' && valid.event.type === 'message.create') {
      const { files = [] } = valid.event.payload
      if (!files.every(({ sha256 }) => this.#blobs?.owns(actor, sha256))) return fileMissing
    }
    this.#taken.set(event.id, sent)
    if (valid.type === 'known' && isStructure(valid.event)) {
      const own = this.#owned ? rights : branchRights(rights)
      this.#owned = true
      this.#rights = foldRights(own, valid.event)
    }
    return 'new'
  }

  /** Of a message, or another thing that its own event is. */
  #authorOf(thing: string): string | null {
    const data = this.#taken.get(thing)?.data ?? this.#known.get(thing)?.data
    if (data === undefined) return null
    const { type, actor } = JSON.parse(data) as AnyEvent
    return definitionOf(type)?.names.includes('itself') ? actor : null
  }
}

const fileMissing = {
  code: 'FILE_MISSING',
  field: 'payload.files',
  message: 'payload.files: names a file that you have not sent to this server',
} as const

/** An id that is there already: the same event again, or another one under its name. */
function sameOrTaken(actor: string, first: Pick<LogItem, 'data' | 'erased'>, again: string) {
  if (first.data === again) return 'known'
  const event = JSON.parse(first.data) as AnyEvent
  if (event.actor !== actor) {
    return { code: 'EVENT_ID_TAKEN', field: 'id', message: `id: ${event.id} is another person’s event` } as const
  }
  const hash = first.erased ?? hashOf(event)
  if (hash === hashOf(JSON.parse(again))) return 'known'
  return { code: 'EVENT_CHANGED', field: 'id', message: `id: ${event.id} was sent before with other content` } as const
}
