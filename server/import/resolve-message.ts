import { roomOf, threadOf, type Message } from '../../schema/import/history.ts'
import { ulidAt } from '../../schema/import/derived-id.ts'
import { nameFrom } from '../../schema/events/names.ts'
import { plainText } from '../../schema/text/plain-text.ts'
import type { MessagePlace, SpaceSoFar } from './space-so-far.ts'
import type { Spool, SpooledMessage } from './spool.ts'
import { threadName } from './spool-names.ts'

/** Keys → what they name: of rooms, threads and persons their names, of messages the ids of their events. */
export type Resolver = (spooled: SpooledMessage) => Message
/** Of a message, by its key: the id of its event, its room, and that or the thread in which it stands; null when there is none. */
export type MessagePlaces = (key: string) => MessagePlace | null

export function createResolver(
  spool: Spool,
  soFar: SpaceSoFar,
  space: string,
): { readonly resolve: Resolver; readonly placeOf: MessagePlaces } {
  const idOf = (key: string): string | null => {
    const found = spool.find(key)
    return found ? ulidAt(found.ms, key) : soFar.idOf(key)
  }

  function threadOfMessage({ room, thread: key, root: rootKey }: SpooledMessage): Message['thread'] {
    if (key === '') return null
    const { name } = spool.nameOf('thread', threadName(room, key))
    const onFirst = { key, name: name || 'Thread', root: null }
    if (rootKey === '') return onFirst
    // a message that stands in a thread itself carries none; nor does one that is missing
    const root = spool.find(rootKey)
    const id = root
      ? root.thread === '' || root.root === rootKey
        ? ulidAt(root.ms, rootKey)
        : null
      : soFar.idOf(rootKey)
    if (id === null || soFar.has(threadOf(space, room, onFirst))) return onFirst
    return { key, name: name || nameOfThread(root?.text ?? ''), root: id }
  }

  function resolve(spooled: SpooledMessage): Message {
    const { key, room, sender, reply, ms, text } = spooled
    const { name, topic } = spool.nameOf('room', room)
    return {
      key,
      room: { key: room, name, topic },
      thread: threadOfMessage(spooled),
      sender: { key: sender, name: spool.nameOf('person', sender).name },
      ms,
      text,
      replyTo: reply === '' || reply === key ? null : idOf(reply),
    }
  }

  return {
    resolve,
    placeOf(key) {
      const spooled = spool.find(key)
      if (!spooled) return soFar.placeOf(key)
      const message = ulidAt(spooled.ms, key)
      const thread = threadOfMessage(spooled)
      const room = roomOf(space, spooled.room)
      if (thread === null) return { message, room, place: room }
      const threadId = threadOf(space, spooled.room, thread)
      return { message, room, place: soFar.rootOf(threadId) === message ? room : threadId }
    },
  }
}

/** The first line of the message that it hangs on, as the app names threads. */
function nameOfThread(text: string): string {
  if (text.trim() === '') return 'Thread'
  const line = plainText(text.slice(0, 1000))
    .split('\n')
    .find((each) => each.trim() !== '')
  return nameFrom(line ?? '', 'Thread', 80)
}
