import { erasedIn } from './erase-queued.ts'
import type { Received } from '../../schema/messages/received.ts'
import { personStream } from '../../schema/events/streams.ts'
import {
  changesIn,
  isNews,
  isQuiet,
  wordless,
  wordMessage,
  wordText,
  type NotificationTarget,
  type ShownNotification,
} from './notifications.ts'
import { knownOf, noMark, type PersonalMarks } from './personal-marks.ts'
import type { SyncApi } from './sync-api.ts'
import type { SyncStore } from './sync-store.ts'

/**
 * A push arrived: somebody wrote to `stream`. First everything new goes into the queue, durably; only then is anything
 * shown. So a notification that a person sees is there, offline too, when they open the app. Whether a tab is open
 * makes no difference to the queue: events are idempotent, and a tab drains what it finds.
 * Law: what is shown is what the app would show now: a message that was deleted, muted or read meanwhile is not, one that
 * was edited is in its last words; and what is on screen already follows.
 */
export interface PushPayload {
  readonly stream: string
  readonly head: string
}
export interface PushOutcome {
  readonly show: readonly ShownNotification[]
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
}

const maxQueued = 5000
const maxShown = 8

export function parsePush(text: string | undefined): PushPayload | null {
  try {
    const input = JSON.parse(text ?? '') as Partial<PushPayload> | null
    return typeof input?.stream === 'string' && typeof input.head === 'string'
      ? { stream: input.stream, head: input.head }
      : null
  } catch {
    return null
  }
}

export async function takePush(push: PushPayload, platform: PushPlatform): Promise<PushOutcome> {
  const names: Record<string, string> = {}
  const fresh: Received[] = []
  try {
    await catchUp(push, platform, names, fresh)
  } catch (error) {
    // Browsers demand that a push shows something. What was queued so far stays, and the rest comes with the next tab.
    console.warn('push:', error)
    if (fresh.length === 0) return { show: [wordless(push.stream)], review: async () => undefined }
  }
  const actor = await platform.me()
  const person = actor === null ? null : personStream(actor)
  // what they read and muted elsewhere; without it, what is known of that here must do
  if (person !== null) await readOwn(person, platform).catch((error: unknown) => console.warn('push:', error))
  const quiet = async (room: string | null, clock: string | null): Promise<boolean> => {
    if (person === null || room === null || clock === null) return false
    const mark = await platform.marks.of(person, push.stream, room).catch(() => noMark)
    return isQuiet(mark, clock)
  }
  const events = fresh.flatMap((item) => knownOf(item, push.stream))
  const changes = changesIn(events)
  const show: ShownNotification[] = []
  for (const event of events) {
    if (!isNews(event, actor) || changes.deleted.has(event.id)) continue
    if (!(await quiet(event.room ?? null, event.clock))) show.push(wordMessage(event, names, changes))
  }
  return {
    show: show.slice(-maxShown),
    async review({ target }) {
      const { stream, room, thread, message, clock } = target
      if (stream !== push.stream || message === null) return undefined
      if (changes.deleted.has(message) || (await quiet(thread ?? room, clock))) return null
      const text = changes.texts.get(message)
      return text === undefined ? undefined : wordText(text)
    },
  }
}

async function catchUp(
  { stream, head }: PushPayload,
  { api, store }: PushPlatform,
  names: Record<string, string>,
  fresh: Received[],
): Promise<void> {
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
