import { validateEvent, type AnyEvent } from '../schema/events/event.ts'
import { personStream, streamKind } from '../schema/events/streams.ts'
import type { AppendResult } from '../schema/messages/http.ts'
import type { Directory } from './directory.ts'
import { StaleHead, type EventLog, type LogItem } from './event-log.ts'
import { Fault } from './fault.ts'
import { admit, foldSpace, type SpaceState, type ValidEvent } from './space-state.ts'

/**
 * Takes events into the log. Laws: a request is taken whole or not at all; every event is admitted against the state
 * after all events before it (also those of requests that wait in the same line), never against an older one; an event
 * that the log has already is answered with its first seq and asks for no right.
 *
 * Requests for one stream wait in a line. The whole line is decided, then written by one append that expects the head
 * on which the decision stood; if another node wrote meanwhile the line is decided again.
 */
export interface Committer {
  append(actor: string, stream: string, events: readonly unknown[]): Promise<AppendResult['results']>
}

interface Request {
  readonly actor: string
  readonly events: readonly ValidEvent[]
  readonly resolve: (results: AppendResult['results']) => void
  readonly reject: (error: unknown) => void
}

export function startCommitter(log: EventLog, directory: Directory): Committer {
  const lines = new Map<string, Request[]>()

  async function serve(stream: string): Promise<void> {
    for (let line = lines.get(stream)!; line.length > 0; line = lines.get(stream)!) {
      lines.set(stream, [])
      await commit(stream, line).catch((error) => line.forEach((request) => request.reject(error)))
    }
    lines.delete(stream)
  }

  async function commit(stream: string, line: readonly Request[]): Promise<void> {
    for (;;) {
      const entry = directory.entry(stream)
      const ids = line.flatMap((request) => request.events.map(({ event }) => event.id))
      const known = new Map((await log.find(stream, ids)).map((item) => [item.id, item]))
      const tentative = new TentativeSpace(entry?.space ?? null)
      const taken: Request[] = []
      for (const request of line) {
        const fault = decide(stream, request, known, tentative)
        if (fault) request.reject(fault)
        else taken.push(request)
      }
      if (taken.length === 0) return
      const events = taken.flatMap((request) =>
        request.events.map(({ event }) => ({ id: event.id, data: JSON.stringify(event) })),
      )
      try {
        const appended = await log.append(stream, events, { expect: entry?.head ?? null })
        let at = 0
        for (const request of taken) {
          request.resolve(request.events.map(({ event }) => ({ id: event.id, ...appended[at++]! })))
        }
        return
      } catch (error) {
        if (!(error instanceof StaleHead)) throw error
        line = taken
        await new Promise((resolve) => setTimeout(resolve, 5)) // until the directory has followed
      }
    }
  }

  return {
    append(actor, stream, inputs) {
      const events = inputs.map((input, index) => check(actor, stream, input, index))
      return new Promise((resolve, reject) => {
        const request = { actor, events, resolve, reject }
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

/** What can be said of an event without knowing the stream; throws a Fault. */
function check(actor: string, stream: string, input: unknown, index: number): ValidEvent {
  const valid = validateEvent(input)
  const given = (input as { id?: unknown } | null)?.id
  const at = { index, ...(typeof given === 'string' ? { id: given } : {}) }
  if (valid.type === 'invalid')
    throw new Fault(valid.fault.code, valid.fault.message, { ...at, field: valid.fault.field })
  const { event } = valid
  if (event.stream !== stream) {
    throw new Fault('MALFORMED_EVENT', `stream: must be ${stream}, as in the address`, { ...at, field: 'stream' })
  }
  if (event.actor !== actor) {
    throw new Fault('ACTOR_MISMATCH', 'actor: must be the one who is signed in', { ...at, field: 'actor' })
  }
  return valid
}

function decide(
  stream: string,
  request: Request,
  known: ReadonlyMap<string, LogItem>,
  tentative: TentativeSpace,
): Fault | null {
  if (streamKind(stream) === 'person') {
    return stream === personStream(request.actor) ? null : new Fault('NOT_A_MEMBER', 'this stream is another person’s')
  }
  const undo = tentative.mark()
  for (const [index, valid] of request.events.entries()) {
    const { event } = valid
    const first = known.get(event.id)
    if (first) {
      if ((JSON.parse(first.data) as AnyEvent).actor === request.actor) continue
      undo()
      return new Fault('EVENT_ID_TAKEN', `id: ${event.id} is another person’s event`, {
        index,
        id: event.id,
        field: 'id',
      })
    }
    const refusal = admit(tentative.space, valid)
    if (refusal) {
      undo()
      const { code, message, ...field } = refusal
      return new Fault(code, message, { index, id: event.id, ...field })
    }
    tentative.fold(valid)
  }
  return null
}

/** A space's state that can be carried forward on trial; copied only when the first event changes it. */
class TentativeSpace {
  space: SpaceState | null
  #owned = false

  constructor(space: SpaceState | null) {
    this.space = space
  }

  fold(valid: ValidEvent): void {
    if (valid.type === 'unknown' || !/^(space|member|room)\./.test(valid.event.type)) return
    if (!this.#owned) {
      this.space = this.space && copy(this.space)
      this.#owned = true
    }
    this.space = foldSpace(this.space, valid.event)
  }

  /** Returns how to come back to this point. */
  mark(): () => void {
    const space = this.space
    this.#owned = false // the next change copies, and leaves `space` as it is
    return () => {
      this.space = space
    }
  }
}

const copy = (space: SpaceState): SpaceState => ({
  ...space,
  members: new Map([...space.members].map(([id, member]) => [id, { ...member }])),
  roomNames: new Map(space.roomNames),
})
