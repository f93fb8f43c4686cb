import * as v from 'valibot'
import { define } from '../define.ts'
import { reactionField } from '../facts.ts'
import { author, emoji } from '../payload-fields.ts'

const payload = v.object({ emoji, author })

/** entity: the message, and its room */
export const reactionEvents = {
  'reaction.add': define({
    part: 'timeline',
    names: ['entity'],
    by: 'guest',
    streams: ['room'],
    payload,
    facts: ({ emoji }, { entity, author }) => [{ entity, field: reactionField(author, emoji), value: '1' }],
    ownRows: false,
  }),
  'reaction.remove': define({
    part: 'timeline',
    names: ['entity'],
    by: 'guest',
    streams: ['room'],
    payload,
    facts: ({ emoji }, { entity, author }) => [{ entity, field: reactionField(author, emoji), value: '0' }],
    ownRows: false,
  }),
}
