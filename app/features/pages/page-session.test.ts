import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { validateEvent, type EventDraft } from '../../../schema/events/event.ts'
import { fromBase64 } from '../../../schema/pages/base64.ts'
import type { Unsaved } from './left-updates.ts'
import { updatePage } from './page-events.ts'
import { gatherMs, PageSession } from './page-session.ts'

/** A database that a test can make fail, a clock that it moves, and what is kept for a tab that ends. */
function aWorld() {
  const taken: EventDraft[] = []
  let left: Unsaved | null = null
  let works: { at: number; work: () => void }[] = []
  let now = 0
  let fails: Error | null = null
  const session = new PageSession({
    left: {
      keep: (unsaved) => void (left = unsaved),
      forget: () => void (left = null),
      close: () => {},
    },
    write: (update) => updatePage({ stream: 'local:s', actor: 'you' }, 'p', update),
    async dispatch(events) {
      await Promise.resolve()
      if (fails) throw fails
      for (const event of events) if (!taken.some(({ id }) => id === event.id)) taken.push(event)
    },
    after(ms, work) {
      const timer = { at: now + ms, work }
      works.push(timer)
      return () => void (works = works.filter((each) => each !== timer))
    },
  })
  session.setWritable(true)
  const text = session.doc.getText('t')
  return {
    session,
    taken,
    left: () => left,
    write: (words: string) => text.insert(text.length, words),
    fail: (error: Error | null) => void (fails = error),
    async pass(ms: number) {
      now += ms
      const due = works.filter(({ at }) => at <= now)
      works = works.filter(({ at }) => at > now)
      for (const { work } of due) work()
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    },
  }
}
type World = ReturnType<typeof aWorld>

/** What the events say, and what is kept beside them. */
function textOf({ taken, left }: World): string {
  const doc = new Y.Doc()
  for (const event of [...taken, ...(left()?.events ?? [])]) {
    Y.applyUpdate(doc, fromBase64((event.payload as { update: string }).update))
  }
  const update = left()?.update
  if (update) Y.applyUpdate(doc, update)
  return doc.getText('t').toJSON()
}

test('what is written within a second becomes one event', async () => {
  const world = aWorld()
  for (const letter of 'hello') world.write(letter)
  await world.pass(gatherMs - 1)
  expect(world.taken).toHaveLength(0)
  await world.pass(1)
  expect(world.taken).toHaveLength(1)
  expect(textOf(world)).toBe('hello')
  expect(world.session.saving).toBe('saved')
})

test('at no moment is a letter nowhere: it is kept for the next tab until the database has it', async () => {
  const world = aWorld()
  let expected = ''
  for (let step = 0; step < 200; step++) {
    if (step % 40 === 20) world.fail(new Error('no room'))
    if (step % 40 === 35) world.fail(null)
    world.write('x')
    expected += 'x'
    expect(textOf(world)).toBe(expected)
    await world.pass(step % 7 === 0 ? gatherMs : 100)
    expect(textOf(world)).toBe(expected)
  }
  world.fail(null)
  await world.pass(10_000)
  expect(world.left()).toBeNull()
  expect(textOf(world)).toBe(expected)
})

test('a dispatch that fails is said, and comes again as the same event', async () => {
  const world = aWorld()
  world.fail(new Error('no room'))
  world.write('a')
  await world.pass(gatherMs)
  expect(world.session.saving).toEqual({ failed: new Error('no room') })
  const [event] = world.left()!.events
  world.fail(null)
  await world.pass(10_000)
  expect(world.taken.map(({ id }) => id)).toEqual([event!.id])
  expect(world.session.saving).toBe('saved')
})

test('leaving dispatches at once, what comes from others is not dispatched again', async () => {
  const world = aWorld()
  const other = new Y.Doc()
  other.getText('t').insert(0, 'from another ')
  world.session.receive(Y.encodeStateAsUpdate(other))
  await world.pass(gatherMs)
  expect(world.taken).toHaveLength(0)
  world.write('mine')
  await world.session.close()
  expect(world.taken).toHaveLength(1)
  expect(world.left()).toBeNull()
})

test('who only reads a page writes nothing, whatever the editor does to it', async () => {
  const world = aWorld()
  world.session.setWritable(false)
  world.write('tidied up')
  await world.pass(gatherMs)
  await world.session.close()
  expect(world.taken).toHaveLength(0)
  expect(world.left()).toBeNull()
})

test('what is written rests on what the editor did before, and brings it along', async () => {
  const world = aWorld()
  world.session.setWritable(false)
  world.write('tidied ')
  world.session.setWritable(true)
  world.write('and written')
  await world.pass(gatherMs)
  expect(textOf(world)).toBe('tidied and written')
})

test('what is too long for one event comes in parts, which make the same update together', () => {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, 'ünd 池 '.repeat(20_000))
  const update = Y.encodeStateAsUpdate(doc)
  const events = updatePage({ stream: 'local:s', actor: 'you' }, 'p', update)
  expect(events.length).toBeGreaterThan(3)
  for (const event of events) expect(validateEvent({ ...event, clock: '1', deps: [] }).type).toBe('known')
  const bodies = events.map(({ payload }) => (payload as { update: string }).update)
  expect(fromBase64(bodies.join(''))).toEqual(update)
  expect(updatePage({ stream: 'local:s', actor: 'you' }, 'p', update.subarray(0, 9))).toHaveLength(1)
})
