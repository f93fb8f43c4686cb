import * as v from 'valibot'
import { define } from '../define.ts'
import { muteField } from '../facts.ts'
import { id } from '../payload-fields.ts'

const order = v.pipe(v.string(), v.regex(/^[0-9]{1,19}$/, 'must be a decimal number'))

/** room: of another stream, which the payload names */
export const personalEvents = {
  /** `upTo`: the order_key (a clock) of the last message read, never above the event's own */
  'read.mark': define({
    part: 'personal',
    names: ['room'],
    by: 'person',
    streams: ['person'],
    payload: v.object({ stream: id, upTo: order }),
    facts: () => [], // its row is a maximum
    ownRows: true,
  }),
  'room.mute': define({
    part: 'personal',
    names: ['room'],
    by: 'person',
    streams: ['person'],
    payload: v.object({ stream: id, muted: v.boolean() }),
    facts: ({ stream, muted }, { room }) => [{ entity: room, field: muteField(stream), value: muted ? '1' : '0' }],
    ownRows: false,
  }),
}
