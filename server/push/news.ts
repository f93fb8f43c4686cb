import { validateEvent, type EventOf } from '../../schema/events/event.ts'
import { streamKind } from '../../schema/events/streams.ts'
import { isQuiet, isTold, type Place } from '../../schema/notifications/settings.ts'
import { whereIs } from '../../schema/notifications/where.ts'
import { mentionsOf } from '../../schema/projections/mentions.ts'
import { isImporter } from '../../schema/rights/importers.ts'
import { may } from '../../schema/rights/may.ts'
import type { Directory } from '../directory.ts'
import type { Health } from '../health.ts'
import type { Limits } from '../limits.ts'
import type { Commit, LogItem, Seq } from '../log/event-log.ts'
import type { PersonSettings, Settings } from './person-settings.ts'
import type { Payload } from './push.ts'

/**
 * Whom to tell of what is written. A message waits for a moment: who is in front of the app reads it meanwhile, and
 * what is deleted at once is told to nobody. Then each person is asked for: may they read the stream, now; is it not
 * their quiet time; do they want to be told of such a message there, and have they not read it. One push tells of all
 * that a stream has for a person.
 */
export interface News {
  /** persons and streams that wait for their moment */
  readonly waiting: number
  close(): void
}
export interface NewsParts {
  readonly directory: Pick<Directory, 'watch' | 'rights'>
  readonly settings: PersonSettings
  /** of a person, where the space has no name for them */
  nameOf(actor: string): string | null
  /** persons with a subscription */
  subscribers(): Iterable<string>
  tell(actor: string, payload: Payload): void
  readonly health: Pick<Health, 'bug'>
  readonly limits: Pick<Limits, 'pushAfterMs' | 'pushesInAll'>
  readonly now?: () => number
}

interface Message {
  readonly seq: Seq
  readonly id: string
  readonly actor: string
  readonly room: string
  readonly clock: string
  /** as written: @Name */
  readonly names: readonly string[]
}
/** A person and a stream with news. */
interface Waiting {
  readonly actor: string
  readonly stream: string
  readonly messages: Message[]
  /** unix ms */
  readonly due: number
}

/** what comes later than this, after a node was away, is no news */
const freshMs = 10 * 60_000
/** of a stream, for one person: more say nothing more */
const mostMessages = 100

export function startNews(parts: NewsParts): News {
  const { directory, settings, subscribers, tell, health, limits, now = Date.now } = parts
  /** by person and stream, in the order of their moments */
  const waiting = new Map<string, Waiting>()
  let timer: NodeJS.Timeout | null = null
  let closed = false

  function take({ stream, items }: Commit): void {
    const [someone] = subscribers()
    if (someone === undefined || streamKind(stream) === 'person') return
    const rights = directory.rights(stream)
    let messages: Message[] = []
    for (const item of items) {
      const found = readItem(item, now() - freshMs)
      if (found?.type === 'message') messages.push(found.message)
      if (found?.type !== 'gone') continue
      messages = messages.filter(({ id }) => id !== found.message)
      takeBack(stream, found.message)
    }
    if (messages.length === 0) return
    for (const actor of subscribers()) {
      const own = messages.filter((message) => message.actor !== actor)
      if (own.length > 0 && may(rights, actor, 'push', stream)) add(actor, stream, own)
    }
    arm()
  }

  function add(actor: string, stream: string, messages: readonly Message[]): void {
    const key = JSON.stringify([actor, stream])
    let one = waiting.get(key)
    if (!one && waiting.size >= limits.pushesInAll) return
    if (!one) waiting.set(key, (one = { actor, stream, messages: [], due: now() + limits.pushAfterMs }))
    one.messages.push(...messages.slice(0, mostMessages - one.messages.length))
  }

  function takeBack(stream: string, message: string): void {
    for (const one of waiting.values()) {
      const at = one.stream === stream ? one.messages.findIndex(({ id }) => id === message) : -1
      if (at >= 0) one.messages.splice(at, 1)
    }
  }

  function arm(): void {
    const [first] = waiting.values()
    if (timer || closed || !first) return
    timer = setTimeout(onTime, Math.max(0, first.due - now())).unref()
  }

  function onTime(): void {
    timer = null
    for (const [key, one] of waiting) {
      if (one.due > now()) break
      waiting.delete(key)
      decide(one).catch((error: unknown) => health.bug(error, `a push about ${one.stream}`))
    }
    arm()
  }

  async function decide({ actor, stream, messages }: Waiting): Promise<void> {
    const said = await settings.of(actor)
    const rights = directory.rights(stream)
    if (closed || !may(rights, actor, 'push', stream) || isQuiet(said.own, now())) return
    const name = (rights.space?.members.get(actor)?.name || parts.nameOf(actor)) ?? ''
    const told = messages.find(({ room, clock, names }) =>
      isTold(placeIn(said, stream, room), { clock, named: names.includes(name) }),
    )
    if (told) tell(actor, { stream, head: told.seq })
  }

  const stopWatching = directory.watch(take)
  return {
    get waiting() {
      return waiting.size
    },
    close() {
      closed = true
      stopWatching()
      clearTimeout(timer ?? undefined)
    },
  }
}

type Found =
  | { readonly type: 'message'; readonly message: Message }
  /** deleted or erased */
  | { readonly type: 'gone'; readonly message: string }

/** An import brings the past: nobody is told of it. */
function readItem({ seq, receivedAt, data }: LogItem, since: number): Found | null {
  if (receivedAt < since) return null
  const input = JSON.parse(data) as { type?: unknown; actor?: unknown }
  const { type, actor } = input
  if (type !== 'message.create' && type !== 'message.delete' && type !== 'message.erase') return null
  if (typeof actor !== 'string' || isImporter(actor)) return null
  const checked = validateEvent(input)
  if (checked.type !== 'known') return null
  const { event } = checked
  if (event.type !== 'message.create') return { type: 'gone', message: event.entity ?? '' }
  return { type: 'message', message: messageOf(seq, event) }
}

function messageOf(seq: Seq, { id, actor, room, clock, payload }: EventOf<'message.create'>): Message {
  return { seq, id, actor, room: room!, clock, names: mentionsOf(payload.text) }
}

function placeIn(settings: Settings, stream: string, place: string): Place {
  const { room, thread, direct } = whereIs(stream, place)
  return { room: settings.mark(stream, room), thread: thread === null ? null : settings.mark(stream, thread), direct }
}
