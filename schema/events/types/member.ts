import * as v from 'valibot'
import { define } from '../define.ts'
import { givenRoles, invitedRoles } from '../../rights/roles.ts'
import type { FactDraft } from '../facts.ts'
import { author, id, nothing, title } from '../payload-fields.ts'

/** entity: the person */
export const memberEvents = {
  /** states the person's name, each time anew */
  'member.join': define({
    part: 'structure',
    names: ['entity'],
    by: 'selfOrAdmin',
    streams: ['space'],
    payload: v.object({
      name: title,
      /** by which they come, and what it makes them */
      invite: v.optional(v.object({ id, role: v.picklist(invitedRoles) })),
      author,
    }),
    facts({ name, invite }, { entity }) {
      const facts: FactDraft[] = [
        { entity, field: 'member.join', value: null },
        { entity, field: 'member.active', value: invite?.role ?? '1' },
        { entity, field: 'member.name', value: name },
      ]
      if (invite) facts.push({ entity: invite.id, field: 'invite.used', value: entity })
      return facts
    },
    ownRows: false,
  }),
  'member.leave': define({
    part: 'structure',
    names: ['entity'],
    by: 'selfOrAdmin',
    streams: ['space'],
    payload: nothing,
    facts: (_, { entity }) => [{ entity, field: 'member.active', value: '0' }],
    ownRows: true,
  }),
  'member.role': define({
    part: 'structure',
    names: ['entity'],
    by: 'admin',
    streams: ['space'],
    payload: v.object({ role: v.picklist(givenRoles), author }),
    older: [{ payload: v.object({ role: v.picklist(['admin', 'member']), author }), upcast: (payload) => payload }],
    facts: ({ role }, { entity }) => [{ entity, field: 'member.role', value: role }],
    ownRows: true,
  }),
}
