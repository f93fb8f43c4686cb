import { define } from '../define.ts'
import { pinField } from '../facts.ts'
import { nothing } from '../payload-fields.ts'

/** entity: the message, and its room */
export const pinEvents = {
  'pin.add': define({
    part: 'timeline',
    names: ['entity'],
    by: 'member',
    streams: ['room'],
    payload: nothing,
    facts: (_, { entity, author }) => [{ entity, field: pinField(author), value: '1' }],
    ownRows: false,
  }),
  'pin.remove': define({
    part: 'timeline',
    names: ['entity'],
    by: 'member',
    streams: ['room'],
    payload: nothing,
    facts: (_, { entity, author }) => [{ entity, field: pinField(author), value: '0' }],
    ownRows: false,
  }),
}
