import * as v from 'valibot'
import { define } from '../define.ts'
import { levels } from '../../notifications/levels.ts'
import { minutesOfDay } from '../../notifications/quiet-hours.ts'
import { levelField, muteField, quietField, writeQuietHours } from '../facts.ts'
import { id } from '../payload-fields.ts'

const minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(minutesOfDay - 1))
const zone = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_+/-]{1,64}$/, 'must be the name of a time zone'))
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
  /** which messages of the room the person is told of while they are away */
  'room.notify': define({
    part: 'personal',
    names: ['room'],
    by: 'person',
    streams: ['person'],
    payload: v.object({ stream: id, level: v.picklist(levels) }),
    facts: ({ stream, level }, { room }) => [{ entity: room, field: levelField(stream), value: level }],
    ownRows: false,
  }),
  /** when the person is told nothing, on any device; null: never */
  'quiet.hours': define({
    part: 'personal',
    names: [],
    by: 'person',
    streams: ['person'],
    payload: v.object({ hours: v.nullable(v.object({ from: minute, to: minute, zone })) }),
    facts: ({ hours }, { actor }) => [{ entity: actor, field: quietField, value: hours && writeQuietHours(hours) }],
    ownRows: false,
  }),
}
