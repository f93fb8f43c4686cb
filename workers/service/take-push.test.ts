import { expect, test } from 'vitest'
import type { AnyEvent } from '../../schema/events/event.ts'
import { keyIn } from '../../schema/events/key.ts'
import type { QuietHours } from '../../schema/notifications/quiet-hours.ts'
import { createMemorySyncStore, FakeServer, makeEvent, seqOf } from './fake-world.ts'
import { addressOf } from './notifications.ts'
import { memoryMarks, noteMarks, type PersonalMarks } from './personal-marks.ts'
import { parsePush, takePush, type PushPlatform } from './take-push.ts'

const stream = 'space:a'
const person = 'person:me'
const theirs = (id: string, rest: Partial<AnyEvent> = {}) => makeEvent(id, stream, { actor: 'ada', ...rest })
let clock = 100
const change = (type: string, entity: string, rest: Partial<AnyEvent> = {}) =>
  theirs(ulid(), { type, entity, clock: String(++clock), ...rest })
let made = 0
const ulid = () => `01K${String(++made).padStart(23, '0')}`
const nth = (n: number) => `01HF${String(n).padStart(22, '0')}`
const tag = (n: number) => keyIn(stream, nth(n))
const idsOf = (items: readonly { readonly event: unknown }[]) => items.map(({ event }) => (event as AnyEvent).id)
/** said of the person's own stream, perhaps on another device */
const own = (type: string, payload: object, at: number) =>
  makeEvent(ulid(), person, { type, clock: String(at), room: 'r', payload: { stream, ...payload } })

/** Who wants to be told of everything, where they did not say otherwise. */
function eager(): PersonalMarks {
  const marks = memoryMarks()
  const of: PersonalMarks['of'] = async (...key) => {
    const mark = await marks.of(...key)
    return { ...mark, level: mark.level ?? 'all' }
  }
  return { ...marks, of }
}
const noon = Date.UTC(2026, 10, 30, 12)

function world(events: readonly AnyEvent[] | number, marks = eager()) {
  const server = new FakeServer()
  const store = createMemorySyncStore()
  const api = noteMarks(server, marks)
  const platform: PushPlatform = { api, store, marks, me: async () => 'me', now: () => noon }
  const log =
    typeof events === 'number'
      ? Array.from({ length: events }, (_, i) => theirs(nth(i + 1), { payload: { text: `e${i + 1}` } }))
      : events
  server.write(stream, log)
  const push = { stream, head: seqOf(log.length) }
  return { server, store, marks, platform, push, take: () => takePush(push, platform) }
}
/** What a device that had synced all but the given events shows. */
async function shown(events: readonly AnyEvent[], personal: readonly AnyEvent[] = [], marks = eager()) {
  const { server, store, platform } = world([makeEvent(nth(0), stream)], marks)
  await store.rememberCursor(stream, seqOf(1))
  server.write(stream, events)
  server.write(person, personal)
  return takePush({ stream, head: seqOf(1 + events.length) }, platform)
}
const bodies = async (...asked: Parameters<typeof shown>) => (await shown(...asked)).show.map(({ body }) => body)
const says = (text: string, rest: Partial<AnyEvent> = {}) => theirs(ulid(), { payload: { text }, ...rest })

test('everything new is queued, then each message is shown once', async () => {
  const { store, marks, take } = world(20)
  await store.rememberCursor(stream, seqOf(17))
  const { show, upTo } = await take()
  expect(idsOf((await store.queue(stream)).items)).toEqual([18, 19, 20].map(nth))
  expect(show.map((one) => one.tag)).toEqual([18, 19, 20].map(tag))
  expect(show[0]).toMatchObject({ title: 'Somebody', body: 'e18', target: { stream, room: 'r', message: nth(18) } })
  await marks.tell(stream, upTo!)
  // a repeated push tells of nothing again, also of what the person closed meanwhile
  expect((await take()).show).toEqual([])
  expect((await store.queue(stream)).items).toHaveLength(3)
})

test('one’s own messages, an import’s, and what is no message, show nothing', async () => {
  const { server, store, platform } = world(1)
  await store.rememberCursor(stream, seqOf(1))
  server.write(stream, [
    makeEvent(ulid(), stream),
    change('reaction.add', nth(1), { payload: { emoji: '👍' } }),
    says('long ago', { actor: 'import-zulip' }),
  ])
  expect((await takePush({ stream, head: seqOf(4) }, platform)).show).toEqual([])
  expect((await store.queue(stream)).items).toHaveLength(3)
})

test('what was deleted meanwhile is not shown, what was restored is', async () => {
  const [gone, back] = [says('gone'), says('back')]
  expect(
    await bodies([
      gone,
      back,
      change('message.delete', gone.id),
      change('message.delete', back.id),
      change('message.restore', back.id),
    ]),
  ).toEqual(['back'])
  const twice = says('deleted by two, restored by one')
  expect(
    await bodies([
      twice,
      change('message.delete', twice.id),
      change('message.delete', twice.id, { actor: 'admin' }),
      change('message.restore', twice.id),
    ]),
  ).toEqual([])
})

test('what was erased is shown no more, and the queue has no words of it', async () => {
  const [gone, stays] = [says('secret'), says('stays')]
  const edit = change('message.edit', gone.id, { payload: { text: 'secret again' } })
  const { server, store, platform } = world([makeEvent(nth(0), stream)])
  await store.rememberCursor(stream, seqOf(1))
  server.write(stream, [gone, stays, edit])
  await takePush({ stream, head: seqOf(4) }, platform)
  expect(JSON.stringify(await store.queue(stream))).toContain('secret')
  server.write(stream, [change('message.erase', gone.id), change('message.restore', gone.id)])
  const { review } = await takePush({ stream, head: seqOf(6) }, platform)
  expect(JSON.stringify(await store.queue(stream))).not.toContain('secret')
  expect(JSON.stringify(await store.queue(stream))).toContain('stays')
  const target = { stream, room: 'r', thread: null, message: gone.id, clock: '10' }
  expect(await review({ tag: `${stream} ${gone.id}`, target })).toBe(null)
})

test('what was edited meanwhile is shown in its last words, by clock and not by arrival', async () => {
  const typo = says('helo')
  const late = change('message.edit', typo.id, { payload: { text: 'hello, all' }, clock: '9000' })
  const early = change('message.edit', typo.id, { payload: { text: 'hello' }, clock: '8000' })
  expect(await bodies([typo, late, early])).toEqual(['hello, all'])
})

test('a muted room gives none; muted and unmuted again it does', async () => {
  const message = says('hi')
  const mute = (muted: boolean, at: number) => own('room.mute', { muted }, at)
  expect(await bodies([message], [mute(true, 5)])).toEqual([])
  expect(await bodies([message], [mute(false, 9), mute(true, 5)])).toEqual(['hi'])
  expect(await bodies([says('elsewhere', { room: 'other' })], [mute(true, 5)])).toEqual(['elsewhere'])
})

test('what was read on another device gives none, what came after it does', async () => {
  const read = says('read', { clock: '50' })
  const unread = says('unread', { clock: '60' })
  expect(await bodies([read, unread], [own('read.mark', { upTo: '50' }, 55)])).toEqual(['unread'])
  // a mark that claims more than its writer can have seen hides nothing
  expect(await bodies([read, unread], [own('read.mark', { upTo: '9000' }, 55)])).toEqual(['unread'])
})

test('what a device read and muted itself counts when the server cannot be asked again', async () => {
  const { server, platform, push, store } = world([says('hi', { clock: '10' })])
  await platform.api.append(person, [own('room.mute', { muted: true }, 20)])
  await store.rememberCursor(person, seqOf(9)) // what the server refuses
  expect((await takePush(push, platform)).show).toEqual([])
  expect(server.reads).toContain('after person:me')
})

test('a notification that is still on screen follows: closed when deleted or read, in new words when edited', async () => {
  const on = (message: string, at = '10') => ({
    tag: `${stream} ${message}`,
    target: { stream, room: 'r', thread: null, message, clock: at },
  })
  const edit = change('message.edit', 'm2', { payload: { text: '**new** words' } })
  const { review, show } = await shown([change('message.delete', 'm1'), edit], [own('read.mark', { upTo: '30' }, 40)])
  expect(show).toEqual([])
  expect(await review(on('m1', '99'))).toBe(null)
  expect(await review(on('m2', '99'))).toBe('new words')
  expect(await review(on('m3', '30'))).toBe(null)
  expect(await review(on('m4', '99'))).toBe(undefined)
  expect(await review({ ...on('m1'), target: { ...on('m1').target, stream: 'space:b' } })).toBe(undefined)
})

test('the text is what a person reads: no mark-up, no half a character, nothing that turns the line', async () => {
  const wave = '👋🏽'
  const flag = '🇨🇭'
  const family = '👨‍👩‍👧‍👦'
  const cut = async (text: string) => (await bodies([says(text)]))[0]!
  expect(await cut('**Hi** see [the docs](https://a.example) and `a_b`\n\n> quoted')).toBe(
    'Hi see the docs and a_b quoted',
  )
  for (const character of [wave, flag, family, 'e\u0301\u0323', '😀']) {
    for (let before = 150; before < 165; before++) {
      const text = await cut('x'.repeat(before) + character.repeat(9))
      expect(text.length).toBeLessThanOrEqual(160)
      const rest = text.replace(/…$/, '').slice(before)
      expect(rest, `${before} before ${character}`).toBe(character.repeat(rest.length / character.length))
    }
  }
  expect(await cut('abc \u202Egnp.exe\u202C \u2066x')).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
})

test('names are cut between characters too', async () => {
  const author = { id: 'x', name: `Eve ${'👩‍🚀'.repeat(15)}` }
  const [one] = (await shown([says('hi', { payload: { text: 'hi', author } })])).show
  expect(one!.title).toMatch(/^Eve (👩‍🚀)+…$/u)
})

test('what cannot be read shows nothing, and keeps nothing else from being shown', async () => {
  const far = { ...says('from the future'), clock: String(2n ** 62n) }
  const bad = [
    { ...says('a'), payload: null },
    { ...says('b'), payload: { text: 5 } },
    { ...says('c'), stream: 'space:b' },
  ]
  const named = says('said', { actor: 'constructor', room: '__proto__' })
  expect((await shown([...bad, far, named])).show).toMatchObject([{ title: 'Somebody', body: 'said' }])
})

test('a stream that was never synced is shown, not queued: the queue would begin in the middle', async () => {
  const { store, take } = world(5)
  expect((await take()).show.map((one) => one.tag)).toEqual([tag(5)])
  expect((await store.queue(stream)).items).toEqual([])
})

test('threads of a muted room are muted too, public or private', async () => {
  for (const [where, room] of [
    ['room:public.a.r', 'r'],
    ['room:private.a.r', 'private.a.r'],
  ] as const) {
    const { server, platform } = world([])
    const said = (text: string, thread: string) =>
      makeEvent(ulid(), where, { actor: 'ada', clock: '50', room: thread, payload: { text } })
    server.write(where, [said('in t1', 't1'), said('in the room', room), said('in t2', 't2')])
    const muted = (about: string, at: number, is: boolean) =>
      makeEvent(ulid(), person, {
        type: 'room.mute',
        clock: String(at),
        room: about,
        payload: { stream: where, muted: is },
      })
    server.write(person, [muted(room, 5, true)])
    const push = { stream: where, head: seqOf(1) }
    const { show, review } = await takePush(push, platform)
    expect(show).toEqual([])
    // one that is still on screen goes
    const target = { stream: where, room, thread: 't1', message: 'in t1', clock: '50' }
    expect(await review({ tag: '', target })).toBe(null)
    server.write(person, [muted(room, 6, false), muted('t1', 7, true)])
    expect((await takePush(push, platform)).show.map(({ body }) => body)).toEqual(['in the room', 'in t2'])
  }
})

test('a message is told where its reader wants it: all, what names them, nothing; a direct one always', async () => {
  const notify = (level: string, at: number) => own('room.notify', { level }, at)
  const { show } = await shown([says('plain'), says('hi @**Me Myself**'), says('hi @**Somebody**')], [], memoryMarks())
  expect(show.map(({ body }) => body)).toEqual(['hi @Me Myself'])
  const messages = [says('plain'), says('hi @**Me Myself**')]
  expect(await bodies(messages, [notify('all', 5)])).toEqual(['plain', 'hi @Me Myself'])
  expect(await bodies(messages, [notify('none', 6), notify('all', 5)])).toEqual([])
  const direct = 'direct.a.ada.me'
  const { server, platform } = world([], memoryMarks())
  server.write(`room:${direct}`, [makeEvent(ulid(), `room:${direct}`, { actor: 'ada', clock: '9', room: direct })])
  expect((await takePush({ stream: `room:${direct}`, head: seqOf(1) }, platform)).show).toHaveLength(1)
})

test('in quiet hours nothing is shown, and nothing of it later', async () => {
  const quiet = (hours: QuietHours | null, at: number) =>
    makeEvent(ulid(), person, { type: 'quiet.hours', clock: String(at), payload: { hours } })
  const around = { from: 11 * 60, to: 13 * 60, zone: 'UTC' }
  const { show, upTo } = await shown([says('hi')], [quiet(around, 5)])
  expect([show, upTo]).toEqual([[], seqOf(2)])
  expect(await bodies([says('hi')], [quiet({ ...around, zone: 'Asia/Tokyo' }, 5)])).toEqual(['hi'])
  expect(await bodies([says('hi')], [quiet(null, 6), quiet(around, 5)])).toEqual(['hi'])
})

test('who was removed, or signed out, is shown nothing of a push that comes late', async () => {
  const { server, take } = world(3)
  server.closed.add(stream)
  expect((await take()).show).toEqual([])
})

test('a push that tries whether they come shows that they do, to the person whose device it is', async () => {
  const { platform } = world([])
  const { show, upTo } = await takePush({ stream: person, head: '0' }, platform)
  expect([show.map(({ title }) => title), upTo]).toEqual([['Notifications work'], null])
  expect((await takePush({ stream: 'person:ada', head: '0' }, platform)).show).toEqual([])
  expect(addressOf(show[0]!.target)).toBe('/')
})

test('what is read is known at once to whoever may have it on screen', async () => {
  const server = new FakeServer()
  let changes = 0
  const api = noteMarks(server, memoryMarks(), () => changes++)
  await api.append(person, [own('read.mark', { upTo: '5' }, 9)])
  server.write(person, [own('room.mute', { muted: true }, 10)])
  await api.read(person, { kind: 'after', after: seqOf(1) })
  await api.read(stream, { kind: 'newest', room: null })
  expect(changes).toBe(2)
})

test('without a server the push still says that there is something', async () => {
  const { server, take } = world(5)
  server.down()
  expect((await take()).show).toMatchObject([{ title: 'New messages' }])
})

test('quota reached in IndexedDB: the push is shown, nothing is queued, and the next push goes on from the same place', async () => {
  const { store, platform, push, take } = world(20)
  await store.rememberCursor(stream, seqOf(17))
  const full = { ...store, enqueue: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')) }
  expect((await takePush(push, { ...platform, store: full })).show).toMatchObject([{ title: 'New messages' }])
  expect((await store.queue(stream)).items).toEqual([])
  await take()
  expect(idsOf((await store.queue(stream)).items)).toEqual([18, 19, 20].map(nth))
})

test('a payload that is not ours is no push', () => {
  const nonsense = ['local:demo', 'nothing', 'space:\u0000', ''].map((stream) => JSON.stringify({ stream, head: '2' }))
  const noPlace = ['', 'a b', 'x'.repeat(65), 5, null].map((head) => JSON.stringify({ stream, head }))
  for (const text of [
    undefined,
    '',
    'x',
    'null',
    '{}',
    '[]',
    '5',
    '{"stream":1,"head":"2"}',
    ...nonsense,
    ...noPlace,
  ]) {
    expect(parsePush(text), text).toBeNull()
  }
  expect(parsePush('{"stream":"space:a","head":"2","more":1}')).toEqual({ stream: 'space:a', head: '2' })
})

test('what was said in a thread of a room leads to the thread, beside the room', async () => {
  const { server, platform } = world([])
  const room = 'private.a.r'
  const said = (id: string, where: string) =>
    makeEvent(id, `room:${room}`, { actor: 'ada', clock: '50', room: where, payload: { text: id } })
  const [plain, reply] = [said(ulid(), room), said(ulid(), 'thread-x')]
  server.write(`room:${room}`, [plain, reply])
  const newest = { stream: `room:${room}`, head: seqOf(1) }
  const { show, review } = await takePush(newest, platform)
  expect(show.map(({ target }) => target)).toMatchObject([
    { room, thread: null, message: plain.id },
    { room, thread: 'thread-x', message: reply.id },
  ])
  expect(await review(show[1]!)).toBe(undefined)
  // the thread was read elsewhere, the room was not
  const read = { stream: newest.stream, upTo: '50' }
  server.write(person, [makeEvent(ulid(), person, { type: 'read.mark', clock: '60', room: 'thread-x', payload: read })])
  const later = await takePush(newest, platform)
  expect(later.show.map(({ target }) => target.message)).toEqual([plain.id])
  expect(await later.review(show[0]!)).toBe(undefined)
  expect(await later.review(show[1]!)).toBe(null)
})

test('a notification leads to its message', () => {
  expect(addressOf({ stream: 'space:s1', room: 'r/1', thread: null, message: 'm', clock: '1' })).toBe('/s/s1/r%2F1#m')
  expect(addressOf({ stream: 'space:s1', room: null, thread: null, message: null, clock: null })).toBe('/s/s1')
  const own = { stream: 'room:private.s1.r', room: 'private.s1.r', thread: null, message: 'm', clock: '1' }
  expect(addressOf(own)).toBe('/s/s1/private.s1.r#m')
  expect(addressOf({ ...own, thread: 'thread-01 2' })).toBe('/s/s1/private.s1.r?panel=thread&thread=thread-01+2#m')
})
