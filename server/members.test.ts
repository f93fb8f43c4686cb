import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './testing.ts'

/** Who is let in and out of a space. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

describe('who may what', () => {
  test('an invite-only space is closed to strangers; an admin lets them in and out', async () => {
    const ada = await server.signIn('Ada')
    const eve = await server.signIn('Eve')
    const space = ada.found('invite')
    await ada.append(space.stream, space.events)
    expect((await eve.get(at(space.stream, 'events'))).status).toBe(404)
    expect((await eve.append(space.stream, [eve.join(space.stream)])).status).toBe(404)
    expect((await eve.append(space.within, [eve.say(space.within, space.room, 'hi')])).status).toBe(404)

    const letIn = ada.event('member.join', space.stream, { entity: eve.actor, payload: { name: 'Eve' } })
    expect((await ada.append(space.stream, [letIn])).status).toBe(200)
    expect((await eve.append(space.within, [eve.say(space.within, space.room, 'hi')])).status).toBe(200)
    const coup = eve.event('member.role', space.stream, { entity: eve.actor, payload: { role: 'admin' } })
    expect((await eve.append(space.stream, [coup])).body.error).toMatchObject({ code: 'NOT_ALLOWED', field: 'type' })

    const putOut = ada.event('member.leave', space.stream, { entity: eve.actor })
    expect((await ada.append(space.stream, [putOut])).status).toBe(200)
    expect((await eve.get(at(space.stream, 'events'))).status).toBe(403)
    expect((await eve.append(space.within, [eve.say(space.within, space.room, 'back')])).status).toBe(403)
  })

  test('who was removed from a public space does not walk in again; who left does', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    await bob.append(space.stream, [bob.join(space.stream)])
    await bob.append(space.stream, [bob.event('member.leave', space.stream, { entity: bob.actor })])
    expect((await bob.get(at(space.stream, 'events'))).status).toBe(403)
    expect((await bob.append(space.stream, [bob.join(space.stream)])).status).toBe(200)
    await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    expect((await bob.append(space.stream, [bob.join(space.stream)])).body.error?.code).toBe('NOT_A_MEMBER')
  })

  test('rights are those at the commit: whatever is under way, nothing is taken once a removal is answered', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, [...space.events])
    await bob.append(space.stream, [bob.join(space.stream)])
    const putOut = ada.event('member.leave', space.stream, { entity: bob.actor })
    const answers = await Promise.all([
      ada.append(space.stream, [putOut]),
      ...Array.from({ length: 20 }, () => bob.append(space.within, [bob.say(space.within, space.room, 'still here?')])),
    ])
    expect(answers[0]!.status).toBe(200)
    const late = await bob.append(space.within, [bob.say(space.within, space.room, 'and now?')])
    expect(late.status).toBe(403)
    for (const [i, answer] of answers.slice(1).entries()) expect([200, 403], String(i)).toContain(answer.status)
  })

  test('an importer names authors in the spaces that it founded, and nowhere else', async () => {
    const importer = await server.signIn('Import', { importer: true })
    expect(importer.actor).toMatch(/^import-/)
    const space = importer.found()
    const author = { id: 'zulip:ada', name: 'Ada Lovelace' }
    const said = importer.say(space.within, space.room, 'from the archive')
    const imported = { ...said, payload: { text: 'from the archive', author } }
    expect((await importer.append(space.stream, space.events)).status).toBe(200)
    expect((await importer.append(space.within, [imported])).status).toBe(200)
    const ada = await server.signIn('Ada')
    const hers = ada.found('invite')
    await ada.append(hers.stream, hers.events)
    const intruding = { ...importer.say(hers.within, hers.room, 'x'), payload: { text: 'x', author } }
    expect((await importer.append(hers.within, [intruding])).body.error?.code).toBe('UNKNOWN_STREAM')
  })
})
