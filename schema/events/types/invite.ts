import * as v from 'valibot'
import { bounds } from '../bounds.ts'
import { define } from '../define.ts'
import { writeInvite } from '../facts.ts'
import { author, nothing } from '../payload-fields.ts'
import { invitedRoles } from '../../rights/roles.ts'

/**
 * entity: the invitation. Whoever has its secret may join (schema/rights/invitations.ts). The secret is in the link alone; here is what
 * it is known by.
 */
export const inviteEvents = {
  'invite.create': define({
    part: 'structure',
    names: ['entity'],
    by: 'admin',
    streams: ['space'],
    payload: v.object({
      /** what who comes by it is */
      role: v.picklist(invitedRoles),
      /** SHA-256 of the secret, as hex */
      hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')),
      /** unix ms by the server's clock: nobody comes by it from then on */
      expiresAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
      /** so many people may come by it */
      uses: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(bounds.inviteUses)),
      author,
    }),
    facts: ({ role, expiresAt, uses }, { entity, actor }) => [
      { entity, field: 'invite.create', value: writeInvite({ maker: actor, role, expiresAt, uses }) },
    ],
    ownRows: false,
  }),
  'invite.revoke': define({
    part: 'structure',
    names: ['entity'],
    by: 'admin',
    streams: ['space'],
    payload: nothing,
    facts: (_, { entity }) => [{ entity, field: 'invite.revoked', value: null }],
    ownRows: false,
  }),
}
