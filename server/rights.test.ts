import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnyEvent } from '../schema/events/event.ts'
import type { SpaceList, StreamPage } from '../schema/messages/http.ts'
import { streamOfRoom } from '../schema/events/streams.ts'
import { startTestServer, type TestPerson, type TestServer } from './testing.ts'

/** Who may append what, asked of the server itself. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

/** A space of Ada's with Bob and Eve in it, and a message of Bob's. */
async function aSpace(visibility: 'public' | 'invite' = 'public') {
  const [ada, bob, eve] = await Promise.all(['Ada', 'Bob', 'Eve'].map((name) => server.signIn(name)))
  const space = ada!.found(visibility)
  const letIn = [bob!, eve!].map((one) =>
    ada!.event('member.join', space.stream, { entity: one.actor, payload: { name: one.name } }),
  )
  await ada!.append(space.stream, [...space.events, ...letIn])
  const said = bob!.say(space.within, space.room, 'mine')
  await bob!.append(space.within, [said])
  return { ada: ada!, bob: bob!, eve: eve!, said, ...space }
}

const outcome = async (person: TestPerson, ...events: AnyEvent[]) => {
  const { status, body } = await person.append(events[0]!.stream, events)
  return body.error ? `${status} ${body.error.code} ${body.error.field ?? ''}`.trim() : String(status)
}

describe('messages', () => {
  test.each(['message.edit', 'message.delete', 'message.restore'])(
    '%s is its author’s, or an admin’s',
    async (type) => {
      const { ada, bob, eve, said, within: stream, room } = await aSpace()
      const change = (by: TestPerson) =>
        by.event(type, stream, { entity: said.id, room, payload: type === 'message.edit' ? { text: 'x' } : {} })
      expect(await outcome(eve, change(eve))).toBe('403 NOT_ALLOWED entity')
      expect(await outcome(bob, change(bob))).toBe('200')
      expect(await outcome(ada, change(ada))).toBe('200')
      const unknown = { ...change(eve), entity: eve.event('x.y', stream, {}).id }
      expect(await outcome(eve, unknown)).toBe('403 NOT_ALLOWED entity')
    },
  )

  test('a message and its edit in one request are one person’s work; an edit before it is not', async () => {
    const { eve, within: stream, room } = await aSpace()
    const said = eve.say(stream, room, 'first')
    const edit = eve.event('message.edit', stream, { entity: said.id, room, payload: { text: 'second' } })
    expect(await outcome(eve, edit, said)).toBe('403 NOT_ALLOWED entity')
    expect(await outcome(eve, said, edit)).toBe('200')
  })

  test('what a refused request brought gives no right to the next in the line', async () => {
    const { ada, bob, eve, said: another, within: stream, room } = await aSpace()
    const said = eve.say(stream, room, 'never taken')
    const forbidden = eve.event('message.delete', stream, { entity: another.id })
    const edit = eve.event('message.edit', stream, { entity: said.id, room, payload: { text: 'x' } })
    const answers = await Promise.all([
      ada.append(stream, [ada.say(stream, room, 'busy')]),
      eve.append(stream, [said, forbidden]),
      eve.append(stream, [edit]),
      bob.append(stream, [bob.say(stream, room, 'fine')]),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 200])
  })
})

describe('rooms and the space', () => {
  test('renaming and archiving rooms, and the space’s name, are an admin’s; a thread is its maker’s too', async () => {
    const { ada, bob, eve, said, stream: space, within, room, id } = await aSpace()
    const rename = (by: TestPerson, entity: string, stream = space) =>
      by.event('room.update', stream, { entity, payload: { name: 'N' } })
    const archive = (by: TestPerson, entity: string) =>
      by.event('room.archive', space, { entity, payload: { archived: true } })
    const nameSpace = (by: TestPerson) => by.event('space.update', space, { entity: id, payload: { name: 'N' } })
    for (const make of [rename, archive]) {
      expect(await outcome(eve, make(eve, room))).toBe('403 NOT_ALLOWED type')
      expect(await outcome(ada, make(ada, room))).toBe('200')
    }
    expect(await outcome(eve, nameSpace(eve))).toBe('403 NOT_ALLOWED type')
    expect(await outcome(ada, nameSpace(ada))).toBe('200')
    const thread = `thread-${said.id}`
    const payload = { name: 'T', kind: 'thread', parentRoom: room, parentMessage: said.id }
    expect(await outcome(bob, bob.event('room.create', within, { entity: thread, payload }))).toBe('200')
    expect(await outcome(eve, rename(eve, thread, within))).toBe('403 NOT_ALLOWED type')
    expect(await outcome(bob, rename(bob, thread, within))).toBe('200')
  })

  test('a room cannot be made a second time, nor a thread into something else; the same thread can, by two offline', async () => {
    const { bob, eve, said, stream: space, within, room } = await aSpace()
    const make = (by: TestPerson, entity: string, payload: object, stream = within) =>
      by.event('room.create', stream, { entity, payload })
    const thread = { name: 'T', kind: 'thread', parentRoom: room, parentMessage: said.id }
    expect(await outcome(eve, make(eve, room, { name: 'Taken over', kind: 'room' }, space))).toBe(
      '403 NOT_ALLOWED entity',
    )
    expect(await outcome(eve, make(eve, room, thread))).toBe('400 MALFORMED_EVENT stream')
    expect(await outcome(eve, make(eve, 'thread-1', thread, space))).toBe('400 MALFORMED_EVENT stream')
    expect(await outcome(bob, make(bob, 'thread-1', thread))).toBe('200')
    expect(await outcome(eve, make(eve, 'thread-1', thread))).toBe('200')
    expect(await outcome(eve, make(eve, 'thread-1', { ...thread, parentMessage: 'other' }))).toBe(
      '403 NOT_ALLOWED entity',
    )
    expect(await outcome(eve, make(eve, 'thread-1', { name: 'R', kind: 'room' }))).toBe('403 NOT_ALLOWED entity')
  })

  test('rights of threads are known after a restart', async () => {
    const { bob, eve, said, within: stream, room } = await aSpace()
    const payload = { name: 'T', kind: 'thread', parentRoom: room, parentMessage: said.id }
    await bob.append(stream, [bob.event('room.create', stream, { entity: 'thread-9', payload })])
    await server.stop()
    await server.restart()
    const rename = (by: TestPerson) => by.event('room.update', stream, { entity: 'thread-9', payload: { name: 'N' } })
    expect(await outcome(eve, rename(eve))).toBe('403 NOT_ALLOWED type')
    expect(await outcome(bob, rename(bob))).toBe('200')
  })
})

describe('members', () => {
  test('a removed admin who is let in again is a member; so is one who left and came back', async () => {
    const { ada, bob, eve, stream } = await aSpace()
    const role = (by: TestPerson, who: TestPerson, to: string) =>
      by.event('member.role', stream, { entity: who.actor, payload: { role: to } })
    const leave = (by: TestPerson, who: TestPerson) => by.event('member.leave', stream, { entity: who.actor })
    expect(await outcome(ada, role(ada, bob, 'admin'), role(ada, eve, 'admin'))).toBe('200')
    expect(await outcome(ada, leave(ada, bob))).toBe('200')
    const letIn = ada.event('member.join', stream, { entity: bob.actor, payload: { name: 'Bob' } })
    expect(await outcome(ada, letIn)).toBe('200')
    expect(await outcome(bob, role(bob, ada, 'member'))).toBe('403 NOT_ALLOWED type')
    expect(await outcome(eve, leave(eve, eve), eve.join(stream))).toBe('200')
    expect(await outcome(eve, role(eve, ada, 'member'))).toBe('403 NOT_ALLOWED type')
  })

  test('only an admin puts out, lets in and gives roles; nobody gets a role who is not there', async () => {
    const { ada, bob, eve, stream } = await aSpace('invite')
    expect(await outcome(eve, eve.event('member.leave', stream, { entity: bob.actor }))).toBe('403 NOT_ALLOWED type')
    const stranger = await server.signIn('Mallory')
    const letIn = (by: TestPerson) =>
      by.event('member.join', stream, { entity: stranger.actor, payload: { name: 'Mallory' } })
    const admin = ada.event('member.role', stream, { entity: stranger.actor, payload: { role: 'admin' } })
    expect(await outcome(eve, letIn(eve))).toBe('403 NOT_ALLOWED type')
    expect(await outcome(ada, admin)).toBe('403 NOT_ALLOWED entity')
    expect(await outcome(ada, letIn(ada), { ...admin, id: ada.event('x.y', stream, {}).id })).toBe('200')
  })

  test('a space with members keeps an owner; the last person may go', async () => {
    const { ada, bob, eve, stream } = await aSpace()
    const leave = (who: TestPerson) => who.event('member.leave', stream, { entity: who.actor })
    const step = ada.event('member.role', stream, { entity: ada.actor, payload: { role: 'member' } })
    expect(await outcome(ada, leave(ada))).toBe('403 NOT_ALLOWED entity')
    expect(await outcome(ada, step)).toBe('403 NOT_ALLOWED entity')
    const promote = ada.event('member.role', stream, { entity: bob.actor, version: 2, payload: { role: 'owner' } })
    expect(await outcome(ada, promote, leave(ada))).toBe('200')
    expect(await outcome(eve, leave(eve))).toBe('200')
    expect(await outcome(bob, leave(bob))).toBe('200')
  })
})

describe('importers', () => {
  const author = { id: 'zulip:ada', name: 'Ada Lovelace' }
  const inName = (event: AnyEvent): AnyEvent => ({ ...event, payload: { ...(event.payload as object), author } })

  test('name authors in the spaces that they made, and as an ordinary member anywhere else', async () => {
    const { stream: space, within: stream, room } = await aSpace()
    const importer = await server.signIn('Import', { importer: true })
    expect(await outcome(importer, importer.join(space))).toBe('200')
    expect(await outcome(importer, importer.say(stream, room, 'as myself'))).toBe('200')
    expect(await outcome(importer, inName(importer.say(stream, room, 'as another')))).toBe(
      '403 NOT_ALLOWED payload.author',
    )
    const unknown = inName({ ...importer.event('future.thing', stream, { room }), payload: {} })
    expect(await outcome(importer, unknown)).toBe('403 NOT_ALLOWED payload.author')
    const own = importer.found()
    expect(await outcome(importer, ...own.events)).toBe('200')
    expect(await outcome(importer, inName(importer.say(own.within, own.room, 'x')))).toBe('200')
  })

  test('being made an admin of another’s space does not help', async () => {
    const { ada, stream, within, room } = await aSpace()
    const importer = await server.signIn('Import', { importer: true })
    await importer.append(stream, [importer.join(stream)])
    const promote = ada.event('member.role', stream, { entity: importer.actor, payload: { role: 'admin' } })
    expect(await outcome(ada, promote)).toBe('200')
    expect(await outcome(importer, inName(importer.say(within, room, 'x')))).toBe('403 NOT_ALLOWED payload.author')
  })

  test('a person may not, not even who founded the space', async () => {
    const { ada, within, room } = await aSpace()
    expect(await outcome(ada, inName(ada.say(within, room, 'x')))).toBe('403 NOT_ALLOWED payload.author')
    const own = ada.found()
    expect(await outcome(ada, inName(own.events[0]!))).toBe('403 NOT_ALLOWED payload.author')
  })
})

describe('a stream’s own', () => {
  test('ids of another space have no effect in mine: rooms, messages, pages, outlines, names', async () => {
    const hers = await aSpace()
    const eve = await server.signIn('Eve')
    const mine = eve.found()
    await eve.append(mine.stream, mine.events)
    const before = await hers.ada.get<StreamPage>(at(hers.within, `latest?room=${hers.room}`))
    const outline = await hers.ada.get<StreamPage>(at(hers.stream, 'outline'))
    const within = streamOfRoom(mine.id, hers.room) // in my space, the room's name is another's
    const make = (type: string, entity: string, payload: object, room?: string) =>
      eve.event(type, /^message|thread/.test(type + entity) ? within : mine.stream, {
        entity,
        payload,
        ...(room !== undefined && { room }),
      })
    expect(await outcome(eve, make('room.create', hers.room, { name: 'Mine now', kind: 'room' }))).toBe('200')
    expect(await outcome(eve, make('room.update', hers.room, { name: 'Renamed' }))).toBe('200')
    expect(await outcome(eve, make('room.archive', hers.room, { archived: true }))).toBe('200')
    const thread = { name: 'T', kind: 'thread', parentRoom: hers.room, parentMessage: hers.said.id }
    expect(await outcome(eve, make('room.create', 'thread-x', thread))).toBe('200')
    expect(await outcome(eve, make('message.delete', hers.said.id, {}, hers.room))).toBe('200') // an admin of nothing there
    expect(await outcome(eve, eve.say(within, hers.room, 'in her room?'))).toBe('200')
    expect(await hers.ada.get(at(hers.within, `latest?room=${hers.room}`))).toEqual(before)
    expect(await hers.ada.get(at(hers.stream, 'outline'))).toEqual(outline)
    // an event's id that another space has is free here, and has another content
    const sameId = { ...eve.say(mine.within, mine.room, 'same id'), id: hers.said.id, entity: hers.said.id }
    expect(await outcome(eve, sameId)).toBe('200')
    expect(await hers.ada.get(at(hers.within, `latest?room=${hers.room}`))).toEqual(before)
    expect((await eve.get(at(hers.stream, 'outline'))).status).toBe(403)
  })

  test('read marks go into the person’s stream, and nothing else does', async () => {
    const { bob, within: stream, room } = await aSpace()
    const mark = { room, payload: { stream, upTo: '5' } }
    const own = `person:${bob.actor}`
    expect(await outcome(bob, bob.event('read.mark', stream, mark))).toBe('400 MALFORMED_EVENT stream')
    expect(await outcome(bob, bob.event('room.mute', stream, { room, payload: { stream, muted: true } }))).toBe(
      '400 MALFORMED_EVENT stream',
    )
    expect(await outcome(bob, bob.event('read.mark', own, mark))).toBe('200')
    expect(await outcome(bob, bob.say(own, room, 'to myself'))).toBe('400 MALFORMED_EVENT stream')
    expect(await outcome(bob, bob.event('future.thing', own, {}))).toBe('200')
  })

  test('reactions and pins are of whoever sends them: nobody sends another’s', async () => {
    const { bob, eve, said, within: stream, room } = await aSpace()
    for (const [type, payload] of [
      ['reaction.add', { emoji: '👍' }],
      ['pin.add', {}],
      ['pin.remove', {}],
    ] as const) {
      const event = eve.event(type, stream, { entity: said.id, room, payload })
      expect(await outcome(eve, event)).toBe('200')
      expect(await outcome(eve, { ...event, id: bob.event('x.y', stream, {}).id, actor: bob.actor })).toBe(
        '403 ACTOR_MISMATCH actor',
      )
    }
  })

  test('a message in an archived room is taken, and one in a thread that nobody made: both are kept, neither breaks a page', async () => {
    const { ada, bob, stream: space, within: stream, room } = await aSpace()
    await ada.append(space, [ada.event('room.archive', space, { entity: room, payload: { archived: true } })])
    expect(await outcome(bob, bob.say(stream, room, 'written offline'))).toBe('200')
    expect(await outcome(bob, bob.say(stream, 'made by a newer build', 'kept'))).toBe('200')
    expect((await bob.get<StreamPage>(at(stream, `latest?room=${room}`))).body.items.at(-1)!.event.payload).toEqual({
      text: 'written offline',
    })
    expect((await bob.get<SpaceList>('/api/spaces')).status).toBe(200)
  })
})

describe('an id stands for one content', () => {
  test('the same event again is the same event, however its fields are ordered; another content is 409', async () => {
    const { bob, eve, within: stream, room } = await aSpace()
    const said = bob.say(stream, room, 'once')
    const turned = Object.fromEntries(Object.entries(said).toReversed()) as unknown as AnyEvent
    expect(await outcome(bob, said)).toBe('200')
    expect((await bob.append(stream, [turned])).body.results).toMatchObject([{ id: said.id, duplicate: true }])
    expect(await outcome(bob, { ...said, payload: { text: 'twice' } })).toBe('409 EVENT_CHANGED id')
    expect(await outcome(bob, { ...said, extra: 1 } as AnyEvent)).toBe('409 EVENT_CHANGED id')
    expect(await outcome(eve, { ...said, actor: eve.actor })).toBe('409 EVENT_ID_TAKEN id')
  })

  test('who may not write here is not told which ids there are', async () => {
    const { bob, said, within: stream, room } = await aSpace('invite')
    const mallory = await server.signIn('Mallory')
    const probe = { ...mallory.say(stream, room, 'x'), id: said.id, entity: said.id }
    expect(await outcome(mallory, probe)).toBe('404 UNKNOWN_STREAM')
    expect(await outcome(bob, { ...said, payload: { text: 'other' } })).toBe('409 EVENT_CHANGED id')
  })

  test('twice in one request, and in two at the same moment', async () => {
    const { bob, within: stream, room } = await aSpace()
    const said = bob.say(stream, room, 'once')
    const other = { ...said, payload: { text: 'other' } }
    expect(await outcome(bob, said, other)).toBe('409 EVENT_CHANGED id')
    expect((await bob.append(stream, [said, said])).body.results.map((result) => result.duplicate)).toEqual([
      false,
      true,
    ])
    const next = bob.say(stream, room, 'next')
    const answers = await Promise.all(
      [next, { ...next, payload: { text: 'rival' } }, next].map((event) => outcome(bob, event)),
    )
    expect(answers.toSorted()).toEqual(['200', '200', '409 EVENT_CHANGED id'])
  })

  test('the log keeps what the author sent: fields that this build does not know too', async () => {
    const { bob, within: stream, room } = await aSpace()
    const said = {
      ...bob.say(stream, room, 'x'),
      payload: { text: 'x', format: { v: 2, parts: [1] } },
      encoding: 'new',
      revision: 3,
    }
    const unknown = { ...bob.event('poll.create', stream, { room }), payload: { choices: ['a'] }, signature: 's' }
    expect(await outcome(bob, said, unknown as AnyEvent)).toBe('200')
    const { items } = (await bob.get<StreamPage>(at(stream, 'events'))).body
    expect(items.slice(-2).map(({ event }) => event)).toEqual([said, unknown])
    expect((await bob.append(stream, [said, unknown])).body.results.map(({ duplicate }) => duplicate)).toEqual([
      true,
      true,
    ])
  })
})

test('a version of a known type that this server does not know is refused: its rights could not be looked at', async () => {
  const { ada, bob, within: stream, room } = await aSpace()
  const newer = (type: string, payload: object) => ({
    ...bob.event(type, stream, { entity: room, payload }),
    version: 2,
  })
  expect(await outcome(bob, newer('room.update', { title: 'Mine' }))).toBe('400 MALFORMED_EVENT version')
  expect(await outcome(bob, newer('pin.add', {}))).toBe('400 MALFORMED_EVENT version')
  expect(await outcome(bob, newer('poll.create', {}))).toBe('200')
  expect(await outcome(ada, ada.say(stream, room, 'goes on'))).toBe('200')
})

describe('clocks', () => {
  const minute = 60_000
  const clockOf = (ms: number) => String(BigInt(ms) << 16n)

  test('five minutes ahead at most, and not before there was such an app; the answer says what time it is', async () => {
    const { bob, within: stream, room } = await aSpace()
    const say = (part: object) => ({ ...bob.say(stream, room, 'x'), ...part })
    const now = Date.now()
    expect(await outcome(bob, say({ clock: clockOf(now + 4 * minute), at: now + 4 * minute }))).toBe('200')
    for (const [part, code] of [
      [{ clock: clockOf(now + 6 * minute) }, 'CLOCK_AHEAD clock'],
      [{ clock: String(2n ** 63n - 1n) }, 'CLOCK_AHEAD clock'],
      [{ at: now + 6 * minute }, 'CLOCK_AHEAD at'],
      [{ at: 8.64e15 }, 'CLOCK_AHEAD at'],
      [{ clock: '0' }, 'CLOCK_BEHIND clock'],
      [{ clock: clockOf(Date.UTC(1999, 0)) }, 'CLOCK_BEHIND clock'],
      [{ at: 0 }, 'CLOCK_BEHIND at'],
    ] as const) {
      expect(await outcome(bob, say(part)), JSON.stringify(part)).toBe(`400 ${code}`)
    }
    const { error } = (await bob.append(stream, [say({ clock: clockOf(now + 6 * minute) })])).body
    expect(Math.abs(error!.now! - Date.now())).toBeLessThan(5000)
  })

  test('imports are of the past alone, however far', async () => {
    const importer = await server.signIn('Import', { importer: true })
    const { stream: space, within: stream, room, events } = importer.found()
    await importer.append(space, events)
    const say = (ms: number) => ({ ...importer.say(stream, room, 'x'), clock: clockOf(ms), at: ms })
    expect(await outcome(importer, say(Date.UTC(1988, 7)))).toBe('200')
    expect(await outcome(importer, say(Date.now() + 2 * minute))).toBe('400 CLOCK_AHEAD clock')
    expect(await outcome(importer, { ...say(Date.now()), at: Date.now() + 2 * minute })).toBe('400 CLOCK_AHEAD at')
  })
})
