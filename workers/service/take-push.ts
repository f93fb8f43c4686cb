import { isId } from '../../schema/events/bounds.ts'
import { personStream, streamKind, streamOwner } from '../../schema/events/streams.ts'
import type { Received } from '../../schema/messages/received.ts'
import { isMuted, isQuiet, isRead, isTold, noMark, noOwn, type Place } from '../../schema/notifications/settings.ts'
import { whereIs } from '../../schema/notifications/where.ts'
import { mentionsOf } from '../../schema/projections/mentions.ts'
import { erasedIn } from './erase-queued.ts'
import {
  changesIn,
  isNews,
  itWorks,
  wordless,
  wordMessage,
  wordText,
  type NotificationTarget,
  type ShownNotification,
} from './notifications.ts'
import { knownOf, type PersonalMarks } from './personal-marks.ts'
import { SyncFault, type SyncApi } from './sync-api.ts'
import type { SyncStore } from './sync-store.ts'

/**
 * A push arrived: somebody wrote to `stream`, and `head` is the first message that it is about. First everything new goes into the
 * queue, durably; only then is anything shown. So a notification that a person sees is there, offline too, when they open the
 * app. Whether a tab is open makes no difference to the queue: events are idempotent, and a tab drains what it finds.
 * Laws: what is shown is what the app would show now: a message that was deleted, muted or read meanwhile is not, one that
 * was edited is in its last words, and what is on screen already follows. A message is shown once, however often it is pushed. Whoever
 * sends a push chooses only where this device looks for news.
 */
export interface PushPayload {
  readonly stream: string
  readonly head: string
}
export interface PushOutcome {
  readonly show: readonly ShownNotification[]
  /** once it is shown, all up to here was told; null: nothing was looked at */
  readonly upTo: string | null
  /** what to do with a notification that is still on screen: its new text, or null to close it; undefined: let it be */
  review(on: { readonly tag: string; readonly target: NotificationTarget }): Promise<string | null | undefined>
}
export interface PushPlatform {
  /** its personal events are noted in `marks` (noteMarks) */
  readonly api: SyncApi
  readonly store: SyncStore
  readonly marks: PersonalMarks
  /** who is signed in */
  me(): Promise<string | null>
  now(): number
}

const maxQueued = 5000
const maxShown = 8

export function parsePush(text: string | undefined): PushPayload | null {
  try {
    const { stream, head } = (JSON.parse(text ?? '') ?? {}) as Partial<Record<string, unknown>>
    const kind = typeof stream === 'string' && isId(stream) ? streamKind(stream) : null
    if (kind === null || kind === 'local' || typeof head !== 'string' || !/^[\x21-\x7e]{1,64}$/.test(head)) return null
    return { stream: stream as string, head }
  } catch {
    return null
  }
}

/** What was read of the stream. */
interface Found {
  readonly names: Record<string, string>
  readonly fresh: Received[]
}

export async function takePush(push: PushPayload, platform: PushPlatform): Promise<PushOutcome> {
  const { marks, now } = platform
  if (streamKind(push.stream) === 'person') return takeTest(push, platform)
  const found: Found = { names: {}, fresh: [] }
  try {
    await catchUp(push, platform, found)
  } catch (error) {
    // Browsers demand that a push shows something. What was queued so far stays, and the rest comes with the next tab.
    console.warn('push:', error)
    if (found.fresh.length === 0) return cannotRead(push, error)
  }
  const { names, fresh } = found
  const actor = await platform.me()
  const person = actor === null ? null : personStream(actor)
  // what they read and muted elsewhere; without it, what is known of that here must do
  if (person !== null) await readOwn(person, platform).catch((error: unknown) => console.warn('push:', error))
  const placeOf = (stream: string, room: string, thread: string | null) => placeIn(marks, person, stream, room, thread)
  const events = fresh.flatMap((item) => knownOf(item, push.stream))
  const changes = changesIn(events)
  const own = person === null ? noOwn : await marks.own(person).catch(() => noOwn)
  const told = await marks.told(push.stream).catch(() => '')
  const show: ShownNotification[] = []
  for (const item of isQuiet(own, now()) ? [] : fresh) {
    const [event] = knownOf(item, push.stream)
    if (item.seq <= told || !event || !isNews(event, actor) || changes.deleted.has(event.id)) continue
    const notification = wordMessage(event, names, changes)
    const { room, thread } = notification.target
    const named =
      actor !== null && Object.hasOwn(names, actor) && mentionsOf(event.payload.text).includes(names[actor]!)
    const place = await placeOf(push.stream, room!, thread)
    if (isTold(place, { clock: event.clock, named })) show.push(notification)
  }
  return {
    show: show.slice(-maxShown),
    upTo: fresh.at(-1)?.seq ?? null,
    async review({ target }) {
      const { stream, room, thread, message, clock } = target
      if (message === null || room === null || clock === null) return undefined
      const place = await placeOf(stream, room, thread)
      if (isMuted(place) || isRead(place, clock)) return null
      if (stream !== push.stream) return undefined
      if (changes.deleted.has(message)) return null
      const text = changes.texts.get(message)
      return text === undefined ? undefined : wordText(text)
    },
  }
}

const nothing = async () => undefined

/** The server was asked whether pushes come here. */
async function takeTest({ stream }: PushPayload, { me }: PushPlatform): Promise<PushOutcome> {
  const isMine = (await me()) === streamOwner(stream)
  return { show: isMine ? [itWorks(stream)] : [], upTo: null, review: nothing }
}

/** Who may read the stream no more is told nothing of it. */
function cannotRead({ stream }: PushPayload, error: unknown): PushOutcome {
  const refused = error instanceof SyncFault && error.kind === 'refused'
  return { show: refused ? [] : [wordless(stream)], upTo: null, review: nothing }
}

export async function placeIn(
  marks: PersonalMarks,
  person: string | null,
  stream: string,
  room: string,
  thread: string | null,
): Promise<Place> {
  const markOf = async (id: string) =>
    person === null ? noMark : await marks.of(person, stream, id).catch(() => noMark)
  return {
    room: await markOf(room),
    thread: thread === null ? null : await markOf(thread),
    direct: whereIs(stream, room).direct,
  }
}

async function catchUp({ stream, head }: PushPayload, { api, store }: PushPlatform, found: Found): Promise<void> {
  const { names, fresh } = found
  const from = await store.queueOffset(stream)
  if (from === undefined || from >= head) {
    // Never synced here, or a tab was quicker: nothing to queue, but the message is still worth showing.
    const page = await api.read(stream, { kind: 'newest', room: null }, { names: true })
    Object.assign(names, page.names)
    fresh.push(...page.items.filter((item) => item.seq >= head))
    return
  }
  for (let after: string = from; fresh.length < maxQueued;) {
    const page = await api.read(stream, { kind: 'after', after }, { names: true })
    await store.enqueue(stream, after, page.items)
    const erased = erasedIn(page.items, stream)
    if (erased.length > 0) await store.eraseQueued(stream, erased)
    Object.assign(names, page.names)
    fresh.push(...page.items)
    const last = page.items.at(-1)?.seq ?? after
    if (page.upToDate || last === after) return
    after = last
  }
}

/** Their own stream is not queued: the next tab reads it from where the database is. */
async function readOwn(person: string, { api, store }: PushPlatform): Promise<void> {
  const after = await store.queueOffset(person)
  await api.read(person, after === undefined ? { kind: 'newest', room: null } : { kind: 'after', after })
}
