import type { EventOf } from '../../schema/events/event.ts'
import { keyIn } from '../../schema/events/key.ts'
import { eventOf, type Received } from '../../schema/messages/received.ts'
import { streamOwner } from '../../schema/events/streams.ts'
import type { SyncApi } from './sync-api.ts'
import type { SyncStore } from './sync-store.ts'

/**
 * A push arrived: somebody wrote to `stream`. First everything new goes into the queue, durably; only then is anything
 * shown. So a notification that a person sees is there, offline too, when they open the app. Whether a tab is open
 * makes no difference to the queue: events are idempotent, and a tab drains what it finds.
 */
export interface PushPayload {
  readonly stream: string
  readonly head: string
}
export interface ShownNotification {
  readonly title: string
  readonly body: string
  /** names the message: one notification a message, however often it is pushed */
  readonly tag: string
  readonly target: NotificationTarget
}
export interface NotificationTarget {
  readonly stream: string
  readonly room: string | null
  readonly message: string | null
}

const maxQueued = 5000
const maxShown = 8
const bodyLength = 160

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

export async function takePush(
  push: PushPayload,
  api: SyncApi,
  store: SyncStore,
  me: () => Promise<string | null>,
): Promise<readonly ShownNotification[]> {
  const names: Record<string, string> = {}
  const fresh: Received[] = []
  try {
    const from = await store.queueOffset(push.stream)
    if (from === undefined || from >= push.head) {
      // Never synced here, or a tab was quicker: nothing to queue, but the message is still worth showing.
      const page = await api.read(push.stream, { kind: 'newest', room: null }, { names: true })
      Object.assign(names, page.names)
      fresh.push(...page.items.filter((item) => item.seq >= push.head))
    } else {
      for (let after: string = from; fresh.length < maxQueued;) {
        const page = await api.read(push.stream, { kind: 'after', after }, { names: true })
        await store.enqueue(push.stream, after, page.items)
        Object.assign(names, page.names)
        fresh.push(...page.items)
        const last = page.items.at(-1)?.seq ?? after
        if (page.upToDate || last === after) break
        after = last
      }
    }
  } catch (error) {
    // Browsers demand that a push shows something. What was queued so far stays, and the rest comes with the next tab.
    console.warn('push:', error)
    if (fresh.length === 0) return [wordless(push)]
  }
  const actor = await me()
  const messages = fresh.flatMap((item) => messageIn(item, push.stream))
  const theirs = messages.filter((event) => event.actor !== actor)
  return theirs.slice(-maxShown).map((event) => wordMessage(event, names))
}

/** An event that the database will set aside shows nothing either. */
function messageIn(item: Received, stream: string): EventOf<'message.create'>[] {
  const found = eventOf(item, stream)
  return 'known' in found && found.known?.type === 'message.create' ? [found.known] : []
}

function wordMessage(event: EventOf<'message.create'>, names: Readonly<Record<string, string>>): ShownNotification {
  const nameOf = (id: string | undefined) => (id !== undefined && Object.hasOwn(names, id) ? names[id] : undefined)
  const { text: body, author } = event.payload
  const person = author?.name ?? nameOf(event.actor) ?? 'Somebody'
  const place = nameOf(event.room) ?? nameOf(event.stream)
  return {
    title: place ? `${person} in ${place}` : person,
    body: body.length > bodyLength ? `${body.slice(0, bodyLength - 1).toWellFormed()}…` : body,
    tag: keyIn(event.stream, event.id),
    target: { stream: event.stream, room: event.room ?? null, message: event.id },
  }
}

function wordless({ stream }: PushPayload): ShownNotification {
  const target = { stream, room: null, message: null }
  return { title: 'New messages', body: 'Open the app to read them.', tag: `news ${stream}`, target }
}

/** The address of a room or message in the app. */
export function addressOf({ stream, room, message }: NotificationTarget): string {
  const path = ['', 's', streamOwner(stream), ...(room === null ? [] : [room])].map(encodeURIComponent).join('/')
  return message === null ? path : `${path}#${encodeURIComponent(message)}`
}
