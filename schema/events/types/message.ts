import * as v from 'valibot'
import { define } from '../define.ts'
import { writeDeleted } from '../facts.ts'
import { bounds } from '../bounds.ts'
import { author, id, namedFile, nothing, text } from '../payload-fields.ts'

const files = v.optional(v.pipe(v.array(namedFile), v.minLength(1), v.maxLength(bounds.files)))

/** entity: the message, and its room */
export const messageEvents = {
  /** the event is the message, and its row */
  'message.create': define({
    part: 'timeline',
    names: ['itself', 'room'],
    by: 'member',
    streams: ['room'],
    payload: v.object({ text, replyTo: v.optional(id), files, author }),
    older: [{ payload: v.object({ text, replyTo: v.optional(id), author }), upcast: (payload) => payload }],
    facts: () => [],
    words: {
      of: (_, { entity }) => entity,
      erased: (payload) => ({ ...payload, text: '', files: undefined }),
    },
    ownRows: true,
  }),
  'message.edit': define({
    part: 'timeline',
    names: ['entity'],
    by: 'authorOrAdmin',
    streams: ['room'],
    payload: v.object({ text, author }),
    facts: ({ text }, { entity }) => [{ entity, field: 'message.text', value: text }],
    words: {
      of: (_, { entity }) => entity,
      erased: (payload) => ({ ...payload, text: '' }),
    },
    ownRows: false,
  }),
  'message.delete': define({
    part: 'timeline',
    names: ['entity'],
    by: 'authorOrAdmin',
    streams: ['room'],
    payload: nothing,
    facts: (_, { entity, author }) => [{ entity, field: 'message.deleted', value: writeDeleted(author, true) }],
    ownRows: true,
  }),
  /** takes back the deletes of the same person */
  'message.restore': define({
    part: 'timeline',
    names: ['entity'],
    by: 'authorOrAdmin',
    streams: ['room'],
    payload: nothing,
    facts: (_, { entity, author }) => [{ entity, field: 'message.deleted', value: writeDeleted(author, false) }],
    ownRows: false,
  }),
  /** for good: whoever has its words lets go of them (erasure.ts) */
  'message.erase': define({
    part: 'timeline',
    names: ['entity'],
    by: 'authorOrAdmin',
    streams: ['room'],
    payload: nothing,
    facts: (_, { entity }) => [{ entity, field: 'message.erased', value: null }],
    erases: true,
    ownRows: true,
  }),
}
