import { createHash, randomBytes } from 'node:crypto'
import { ulid } from 'ulid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InvitationSummary } from '../schema/messages/http.ts'
import type { InvitedRole } from '../schema/rights/roles.ts'
import { startTestServer, type TestPerson, type TestServer } from './testing.ts'

/** Links that let people into a space by invitation, and all that they must not do. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')
type Space = ReturnType<TestPerson['found']>

async function aSpace(visibility: 'public' | 'invite' = 'invite') {
  const ada = await server.signIn('Ada')
  const space = ada.found(visibility)
  await ada.append(space.stream, space.events)
  return { ada, space }
}
async function invite(
  by: TestPerson,
  space: Space,
  rest: { role?: InvitedRole; uses?: number; expiresAt?: number } = {},
) {
  const secret = randomBytes(32).toString('hex')
  const invitation = ulid()
  const payload = { role: 'member', uses: 5, expiresAt: Date.now() + 60_000, hash: hashOf(secret), ...rest }
  const made = by.event('invite.create', space.stream, { entity: invitation, payload })
  const { status, body } = await by.append(space.stream, [made])
  return { status, error: body.error, link: { space: space.id, invitation, secret } }
}
type Link = Awaited<ReturnType<typeof invite>>['link']

async function use(who: TestPerson, link: Link, what: 'look' | 'join' = 'join') {
  const answer = await who.request(`/api/invitations/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(link),
  })
  const body = (await answer.json()) as InvitationSummary & { error?: { code: string; message: string } }
  return { status: answer.status, code: body.error?.code ?? null, body }
}
const reads = async (who: TestPerson, space: Space) =>
  (await who.get(`/api/streams/${encodeURIComponent(space.within)}/events`)).status === 200
const put = (by: TestPerson, space: Space, type: string, who: TestPerson, payload = {}) =>
  by.append(space.stream, [by.event(type, space.stream, { entity: who.actor, payload })])

describe('an invitation', () => {
  test('lets in who has its link, into the role that it says, and is counted', async () => {
    const { ada, space } = await aSpace()
    const [bob, gus] = [await server.signIn('Bob'), await server.signIn('Gus')]
    const { link } = await invite(ada, space, { role: 'guest', uses: 2 })
    const look = await use(bob, link, 'look')
    expect(look.body).toMatchObject({
      space: { name: 'Observatory', members: 1 },
      from: 'Ada',
      role: 'guest',
      joined: false,
    })
    expect(await reads(bob, space), 'looking joins nobody').toBe(false)
    expect((await use(bob, link)).body).toMatchObject({ joined: true, space: { members: 2 } })
    expect(await reads(bob, space)).toBe(true)
    expect((await bob.append(space.within, [bob.say(space.within, space.room, 'hi')])).body.error?.code).toBe(
      'NOT_ALLOWED',
    )
    // asked again, as after a lost answer: nothing is used up
    expect((await use(bob, link)).body.joined).toBe(true)
    expect((await use(gus, link)).body.joined).toBe(true)
    expect((await use(await server.signIn('Late'), link)).code).toBe('INVITATION_USED_UP')
    // what everybody in the space reads has no secret in it
    const { body } = await bob.get(`/api/streams/${encodeURIComponent(space.stream)}/events`)
    expect(JSON.stringify(body.items)).not.toContain(link.secret)
  })

  test('that is guessed, edited or of another space is none: the answer is the same as where there is nothing', async () => {
    const { ada, space } = await aSpace()
    const other = await aSpace('public')
    const { link } = await invite(ada, space)
    const eve = await server.signIn('Eve')
    const edited = [
      { ...link, secret: hashOf(link.secret) }, // what the space's events say of it
      { ...link, secret: link.secret.slice(0, -1) },
      { ...link, secret: link.secret.toUpperCase() },
      { ...link, secret: '' },
      { ...link, space: other.space.id },
      { ...link, invitation: ulid() },
      { ...link, space: ulid() },
    ]
    for (const one of edited) {
      for (const what of ['look', 'join'] as const) {
        const { status, code, body } = await use(eve, one, what)
        expect([status, code]).toEqual([404, 'INVITATION_UNKNOWN'])
        expect(body.error!.message).toBe('there is no such invitation')
      }
    }
    expect(await reads(eve, space)).toBe(false)
  })

  test('cannot be used by its name alone: a join that names it is refused without the secret', async () => {
    const { ada, space } = await aSpace()
    const eve = await server.signIn('Eve')
    const { link } = await invite(ada, space, { role: 'admin' })
    for (const role of ['admin', 'member'] as const) {
      const join = eve.join(space.stream)
      const named = { ...join, payload: { name: 'Eve', invite: { id: link.invitation, role } } }
      expect((await eve.append(space.stream, [named])).body.error?.code).toBe('UNKNOWN_STREAM')
    }
    expect(await reads(eve, space)).toBe(false)
  })

  test('is not used beyond its count, however many come at once', async () => {
    const { ada, space } = await aSpace()
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => server.signIn(`P${n}`)))
    const { link } = await invite(ada, space, { uses: 3 })
    // each asks twice at once
    const answers = await Promise.all(people.flatMap((who) => [use(who, link), use(who, link)]))
    const inside = await Promise.all(people.map((who) => reads(who, space)))
    expect(inside.filter(Boolean)).toHaveLength(3)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(6)
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null, 'INVITATION_USED_UP']))
  })

  test('ends when it expires, and when an admin takes it back', async () => {
    const { ada, space } = await aSpace()
    const [bob, adm] = [await server.signIn('Bob'), await server.signIn('Adm')]
    const { link: late } = await invite(ada, space, { expiresAt: Date.now() - 1 })
    expect([(await use(bob, late, 'look')).code, (await use(bob, late)).code]).toEqual(
      Array(2).fill('INVITATION_EXPIRED'),
    )
    const { link: toAdmins } = await invite(ada, space, { role: 'admin' })
    expect((await use(adm, toAdmins)).status).toBe(200)
    const { link } = await invite(ada, space)
    const revoke = adm.event('invite.revoke', space.stream, { entity: link.invitation })
    expect((await adm.append(space.stream, [revoke])).status).toBe(200)
    expect([(await use(bob, link, 'look')).code, (await use(bob, link)).code]).toEqual(
      Array(2).fill('INVITATION_REVOKED'),
    )
    expect(await reads(bob, space)).toBe(false)
  })

  test('ends with the right of who made it: an admin who is removed, leaves, or is made a member', async () => {
    const { ada, space } = await aSpace()
    const eve = await server.signIn('Eve')
    const ends: ((adm: TestPerson) => Promise<unknown>)[] = [
      (adm) => put(ada, space, 'member.leave', adm),
      (adm) => put(adm, space, 'member.leave', adm),
      (adm) => put(ada, space, 'member.role', adm, { role: 'member' }),
    ]
    for (const end of ends) {
      const adm = await server.signIn('Adm')
      await use(adm, (await invite(ada, space, { role: 'admin' })).link)
      const { link } = await invite(adm, space)
      expect((await use(eve, link, 'look')).status).toBe(200)
      await end(adm)
      expect([(await use(eve, link, 'look')).code, (await use(eve, link)).code]).toEqual(
        Array(2).fill('INVITATION_REVOKED'),
      )
    }
    expect(await reads(eve, space)).toBe(false)
  })

  test('is made by an admin, for no role above an admin’s, and gives nobody who is here another role', async () => {
    const { ada, space } = await aSpace()
    const bob = await server.signIn('Bob')
    await use(bob, (await invite(ada, space)).link)
    expect((await invite(bob, space)).error?.code).toBe('NOT_ALLOWED')
    expect((await invite(ada, space, { role: 'owner' as InvitedRole })).error).toMatchObject({
      code: 'MALFORMED_EVENT',
      field: 'payload.role',
    })
    const { link } = await invite(ada, space, { role: 'admin' })
    expect((await use(bob, link)).body.joined).toBe(true)
    const join = { ...bob.join(space.stream), payload: { name: 'Bob', invite: { id: link.invitation, role: 'admin' } } }
    expect((await bob.append(space.stream, [join])).body.error).toMatchObject({
      code: 'NOT_ALLOWED',
      field: 'payload.invite',
    })
    expect((await put(bob, space, 'member.role', bob, { role: 'admin' })).body.error?.code).toBe('NOT_ALLOWED')
    // an id that is taken stays what it is
    const again = ada.event('invite.create', space.stream, {
      entity: link.invitation,
      payload: { role: 'member', uses: 9, expiresAt: Date.now() + 9e6, hash: hashOf('mine') },
    })
    expect((await ada.append(space.stream, [again])).body.error).toMatchObject({ code: 'NOT_ALLOWED', field: 'entity' })
  })

  test('makes no guest a member: who was one comes back as one', async () => {
    const { ada, space } = await aSpace()
    const gus = await server.signIn('Gus')
    await use(gus, (await invite(ada, space, { role: 'guest' })).link)
    await put(gus, space, 'member.leave', gus)
    await use(gus, (await invite(ada, space)).link)
    expect(await reads(gus, space)).toBe(true)
    expect((await gus.append(space.within, [gus.say(space.within, space.room, 'hi')])).body.error?.code).toBe(
      'NOT_ALLOWED',
    )
  })

  test('of a public space lets in who was removed, since an admin made it; without it they stay out', async () => {
    const { ada, space } = await aSpace('public')
    const bob = await server.signIn('Bob')
    await bob.append(space.stream, [bob.join(space.stream)])
    await put(ada, space, 'member.leave', bob)
    expect((await bob.append(space.stream, [bob.join(space.stream)])).body.error?.code).toBe('NOT_A_MEMBER')
    expect((await use(bob, (await invite(ada, space)).link)).status).toBe(200)
  })

  test('is asked for with bounds: a flood of tries waits', async () => {
    const eve = await server.signIn('Eve')
    const link = { space: ulid(), invitation: ulid(), secret: 'x' }
    const codes = await Promise.all(Array.from({ length: 40 }, async () => (await use(eve, link)).code))
    expect(new Set(codes)).toEqual(new Set(['INVITATION_UNKNOWN', 'TOO_MANY_REQUESTS']))
    expect(codes.filter((code) => code === 'TOO_MANY_REQUESTS').length).toBeGreaterThan(5)
  })
})
