import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import * as v from 'valibot'
import { isId } from '../../schema/events/bounds.ts'
import { spaceStream } from '../../schema/events/streams.ts'
import type { InvitationLink, InvitationSummary } from '../../schema/messages/http.ts'
import { standingIn, type Invitation } from '../../schema/rights/invitations.ts'
import { invitationFaults } from '../../schema/rights/may.ts'
import { isMember, type SpaceState } from '../../schema/rights/space-state.ts'
import { appendFor } from '../append-for.ts'
import type { Committer } from '../committer.ts'
import type { Directory } from '../directory.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import { Buckets } from '../rate.ts'
import type { Bodies } from './bodies.ts'
import { activeIn } from './list-spaces.ts'
import type { Routes } from './routes.ts'
import { addressOf, type Session } from './session-cookie.ts'

const id = v.pipe(v.string(), v.check(isId))
const link = v.object({ space: id, invitation: id, secret: v.pipe(v.string(), v.maxLength(100)) })

/**
 * What the link of an invitation leads to, and joining by it. Only here is its secret looked at; whether it still lets somebody in is asked
 * of the space by `may`, at the commit. Who does not have the secret learns nothing, not even that there is such a space.
 */
export function invitationRoutes(
  routes: Routes,
  directory: Directory,
  committer: Committer,
  bodies: Bodies,
  options: {
    readonly behindProxy: boolean
    readonly limits: Pick<Limits, 'invitationsPerPerson' | 'invitationsPerAddress'>
  },
): void {
  const perPerson = new Buckets(options.limits.invitationsPerPerson)
  const perAddress = new Buckets(options.limits.invitationsPerAddress)

  function count(c: Context, actor: string): void {
    const waitSeconds = perPerson.take(actor) || perAddress.take(addressOf(c, options.behindProxy))
    if (waitSeconds === 0) return
    throw new Fault('TOO_MANY_REQUESTS', `too many invitations: try again in ${waitSeconds} s`, {
      retryAfterSeconds: waitSeconds,
    })
  }

  function find({ space, invitation, secret }: InvitationLink): { space: SpaceState; invitation: Invitation } {
    const found = directory.entry(spaceStream(space))?.space
    const made = found?.invitations.get(invitation)
    // compared in any case, so that the time says nothing
    const shown = timingSafeEqual(hashOf(secret), Buffer.from(made?.hash ?? noHash, 'hex'))
    if (!found || !made || !shown) throw new Fault('INVITATION_UNKNOWN', 'there is no such invitation')
    return { space: found, invitation: made }
  }

  function summary({ space, invitation }: ReturnType<typeof find>, { actor }: Session): InvitationSummary {
    const { id, stream, name, members } = space
    return {
      space: { id, stream, name, members: activeIn(space) },
      from: members.get(invitation.maker)?.name ?? '',
      role: invitation.role,
      expiresAt: invitation.expiresAt,
      joined: isMember(space, actor),
    }
  }

  /** What a person asks for twice is done once, and answered twice. */
  const joining = new Map<string, Promise<void>>()
  async function oneAfterAnother(actor: string, work: () => Promise<void>): Promise<void> {
    const before = joining.get(actor) ?? Promise.resolve()
    const now = before.catch(() => {}).then(work)
    joining.set(actor, now)
    try {
      await now
    } finally {
      if (joining.get(actor) === now) joining.delete(actor)
    }
  }

  routes
    .post('/api/invitations/look', 'signedIn', (c, session) =>
      bodies.withJson(c, link, (asked) => {
        count(c, session.actor)
        const found = find(asked)
        if (found.space.members.get(session.actor)?.banned) throw new Fault('BANNED', 'an admin banned you from this')
        const standing = standingIn(found.space.members, found.invitation, Date.now())
        const shown = summary(found, session)
        if (shown.joined || standing === 'open') return c.json(shown)
        throw new Fault(invitationFaults[standing], `this invitation is ${standing}`)
      }),
    )
    .post('/api/invitations/join', 'signedIn', (c, session) =>
      bodies.withJson(c, link, async (asked) => {
        count(c, session.actor)
        const found = find(asked)
        const { actor, name } = session
        await oneAfterAnother(actor, async () => {
          if (isMember(found.space, actor)) return
          const invite = { id: asked.invitation, role: found.invitation.role }
          const join = { type: 'member.join', payload: { name, invite } }
          await appendFor({ directory, committer }, actor, found.space.stream, [join], asked.invitation).catch(
            (error: unknown) => {
              // asked twice at once, of another server too: the other one let them in
              if (!isMember(found.space, actor)) throw error
            },
          )
        })
        return c.json(summary(find(asked), session))
      }),
    )
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
const noHash = '0'.repeat(64)
