import * as v from 'valibot'
import { bounds } from '../bounds.ts'
import { define } from '../define.ts'
import { writeBan, writeMute } from '../facts.ts'
import { author } from '../payload-fields.ts'

const reason = v.optional(v.pipe(v.string(), v.maxLength(bounds.reasonLength)))

/** What an admin does about a person, beside taking them out; entity: the person */
export const moderationEvents = {
  /** they read, and write nothing until then; what it was before is over */
  'member.mute': define({
    part: 'structure',
    names: ['entity'],
    by: 'admin',
    streams: ['space'],
    payload: v.object({
      /** unix ms by the server's clock; 0: they may write again */
      until: v.pipe(v.number(), v.integer(), v.minValue(0)),
      reason,
      author,
    }),
    facts: ({ until, reason = '' }, { entity, actor }) => [
      { entity, field: 'member.muted', value: writeMute({ until, reason, by: actor }) },
    ],
    ownRows: true,
  }),
  /** they are out, and come back by no way until it is lifted */
  'member.ban': define({
    part: 'structure',
    names: ['entity'],
    by: 'admin',
    streams: ['space'],
    payload: v.object({ banned: v.boolean(), reason, author }),
    facts: ({ banned, reason = '' }, { entity, actor }) => [
      { entity, field: 'member.banned', value: writeBan({ banned, reason, by: actor }) },
      ...(banned ? [{ entity, field: 'member.active', value: '0' } as const] : []),
    ],
    ownRows: true,
  }),
}
