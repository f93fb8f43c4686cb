import * as v from 'valibot'
import { define } from '../define.ts'
import { writeRoomCreate, type FactDraft } from '../facts.ts'
import { author, id, title, topic } from '../payload-fields.ts'

/** entity: the room, or the thread */
export const roomEvents = {
  'room.create': define({
    part: 'structure',
    names: ['entity'],
    by: 'member',
    streams: ['space', 'room'],
    payload: v.object({
      name: title,
      kind: v.picklist(['room', 'thread', 'direct']),
      /** thread only: the room it hangs in, and the message it answers */
      parentRoom: v.optional(id),
      parentMessage: v.optional(id),
      topic: v.optional(topic),
      author,
    }),
    facts({ name, kind, parentRoom = null, parentMessage = null, topic }, { entity }) {
      const facts: FactDraft[] = [
        { entity, field: 'room.create', value: writeRoomCreate({ kind, parentRoom, parentMessage }) },
        { entity, field: 'room.name', value: name },
      ]
      if (topic !== undefined) facts.push({ entity, field: 'room.topic', value: topic })
      if (parentMessage !== null) facts.push({ entity: parentMessage, field: 'message.thread', value: entity })
      return facts
    },
    /** a thread is called by the first line of the message that it hangs on */
    words: {
      of: ({ kind, parentMessage = null }) => (kind === 'thread' ? parentMessage : null),
      erased: (payload) => ({ ...payload, name: 'Thread' }),
    },
    ownRows: false,
  }),
  /** who is in a private room; entity: the person. States their name, each time anew */
  'room.member': define({
    part: 'structure',
    names: ['entity'],
    by: 'insider',
    streams: ['private'],
    payload: v.object({ name: title, active: v.boolean(), author }),
    facts({ name, active }, { entity }) {
      const facts: FactDraft[] = [
        { entity, field: 'member.active', value: active ? '1' : '0' },
        { entity, field: 'member.name', value: name },
      ]
      if (active) facts.push({ entity, field: 'member.join', value: null })
      return facts
    },
    ownRows: false,
  }),
  'room.update': define({
    part: 'structure',
    names: ['entity'],
    by: 'makerOrAdmin',
    streams: ['space', 'room'],
    payload: v.object({ name: v.optional(title), topic: v.optional(topic), author }),
    facts({ name, topic }, { entity }) {
      const facts: FactDraft[] = []
      if (name !== undefined) facts.push({ entity, field: 'room.name', value: name })
      if (topic !== undefined) facts.push({ entity, field: 'room.topic', value: topic })
      return facts
    },
    ownRows: false,
  }),
  'room.archive': define({
    part: 'structure',
    names: ['entity'],
    by: 'makerOrAdmin',
    streams: ['space', 'room'],
    payload: v.object({ archived: v.boolean(), author }),
    facts: ({ archived }, { entity }) => [{ entity, field: 'room.archived', value: archived ? '1' : '0' }],
    ownRows: false,
  }),
}
