import * as v from 'valibot'
import { define } from '../define.ts'
import { givenRoles } from '../../rights/roles.ts'
import { author, nothing, title } from '../payload-fields.ts'

/** entity: the person */
export const memberEvents = {
  /** states the person's name, each time anew */
  'member.join': define({
    part: 'structure',
    names: ['entity'],
    by: 'selfOrAdmin',
    streams: ['space'],
    payload: v.object({ name: title, author }),
    facts: ({ name }, { entity }) => [
      { entity, field: 'member.join', value: null },
      { entity, field: 'member.active', value: '1' },
      { entity, field: 'member.name', value: name },
    ],
    ownRows: false,
  }),
  'member.leave': define({
    part: 'structure',
    names: ['entity'],
    by: 'selfOrAdmin',
    streams: ['space'],
    payload: nothing,
    facts: (_, { entity }) => [{ entity, field: 'member.active', value: '0' }],
    ownRows: false,
  }),
  'member.role': define({
    part: 'structure',
    names: ['entity'],
    by: 'admin',
    streams: ['space'],
    payload: v.object({ role: v.picklist(givenRoles), author }),
    older: [{ payload: v.object({ role: v.picklist(['admin', 'member']), author }), upcast: (payload) => payload }],
    facts: ({ role }, { entity }) => [{ entity, field: 'member.role', value: role }],
    ownRows: false,
  }),
}
