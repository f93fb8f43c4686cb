import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { maxAttempts, patienceMs, startLines, streamsPerLine, type Lines } from './push-lines.ts'
import type { Payload } from './push.ts'
import { outcomeOf, type Outcome } from './send-push.ts'
import type { Subscription } from './subscription-file.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const payload = (stream: string, head = '1'): Payload => ({ stream, head })
const sent: Outcome = { type: 'sent' }
const later: Outcome = { type: 'later', reason: 'it answered 503', afterMs: null }
const never = () => new Promise<Outcome>(() => {})

/** `answers` by session; what is not in it is sent. */
function world(answers: Record<string, () => Promise<Outcome> | Outcome> = {}, limits = {}) {
  const sends: { session: string; stream: string; head: string; at: number }[] = []
  /** since when a device fails; null: its last push came through; undefined: none ever did */
  const subscriptions = new Map<string, number | null | undefined>()
  const start = Date.now()
  const lines: Lines = startLines({
    async send({ session }, { stream, head }) {
      sends.push({ session, stream, head, at: Date.now() - start })
      return answers[session]?.() ?? sent
    },
    find: (session) =>
      subscriptions.has(session)
        ? ({
            session,
            failingSince: subscriptions.get(session) ?? null,
            proven: subscriptions.get(session) !== undefined,
          } as Subscription)
        : null,
    file: {
      remove: (session) => void subscriptions.delete(session),
      failing: (session, since) => void subscriptions.set(session, since),
      worked: (session) => void subscriptions.set(session, null),
    },
    logger: { info: () => {}, warn: () => {} },
    limits: { pushesAtOnce: 20, pushesInAll: 1000, ...limits },
    random: () => 0.5,
  })
  const add = (session: string, ...payloads: Payload[]) => {
    if (!subscriptions.has(session)) subscriptions.set(session, null)
    for (const one of payloads) lines.add(session, one)
  }
  return { lines, sends, subscriptions, add }
}
const settle = () => vi.advanceTimersByTimeAsync(0)

test('a device has one request at a time, and of a stream one push that waits: the earliest', async () => {
  const resolves: ((outcome: Outcome) => void)[] = []
  const { sends, add } = world({ a: () => new Promise((resolve) => resolves.push(resolve)) })
  add('a', payload('s', '1'))
  await settle()
  add('a', payload('s', '2'), payload('s', '3'), payload('t', '9'))
  await settle()
  expect(sends).toHaveLength(1)
  resolves[0]!(sent)
  await settle()
  resolves[1]!(sent)
  await settle()
  expect(sends.map(({ stream, head }) => [stream, head])).toEqual([
    ['s', '1'],
    ['s', '2'],
    ['t', '9'],
  ])
})

test('what fails is tried again after longer and longer times, then given up, and begins anew with other news', async () => {
  const { lines, sends, add } = world({ a: () => later })
  add('a', payload('s'))
  await vi.advanceTimersByTimeAsync(24 * 3600_000)
  expect(sends.map(({ at }) => at / 1000)).toEqual([0, 2, 6, 14, 30, 62, 126, 254].slice(0, maxAttempts))
  expect(lines.state()).toEqual({ waiting: 0, sent: 0, failed: maxAttempts, dropped: 0 })
  add('a', payload('s', '2'))
  await settle()
  expect(sends.at(-1)).toMatchObject({ head: '2' })
})

test('what came meanwhile does not hide what failed: the earliest of a stream is sent first', async () => {
  let down = true
  const { sends, add } = world({ a: () => (down ? later : sent) })
  add('a', payload('s', '1'))
  await settle()
  add('a', payload('s', '2'))
  down = false
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sends.map(({ head }) => head)).toEqual(['1', '1'])
})

test('a push service that names a time is asked then, and not before; nor is any later than an hour', async () => {
  const { sends, add } = world({
    a: () => ({ ...later, afterMs: 60_000 }),
    b: () => ({ ...later, afterMs: 10 * 24 * 3600_000 }),
  })
  add('a', payload('s'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sends.map(({ at }) => at)).toEqual([0, 60_000])
  add('b', payload('s'))
  await vi.advanceTimersByTimeAsync(3600_000)
  expect(sends.filter(({ session }) => session === 'b')).toHaveLength(2)
  expect(outcomeOf(429, '7')).toMatchObject({ type: 'later', afterMs: 7000 })
  for (const nonsense of ['', '-1', '1e9', 'Wed, 21 Oct 2015 07:28:00 GMT', '99999999999']) {
    expect(outcomeOf(503, nonsense)).toMatchObject({ type: 'later', afterMs: null })
  }
})

test('endpoints that hang or fail hold up none that works, however many they are', async () => {
  const hangs = () => new Promise<Outcome>((resolve) => setTimeout(resolve, 10_000, later))
  const names = Array.from({ length: 300 }, (_, i) => `dead${i}`)
  const { sends, subscriptions, add } = world(
    Object.fromEntries(names.map((name, i) => [name, i % 3 ? hangs : () => later])),
  )
  // a third of them worked once, the others never did
  names.forEach((name, i) => subscriptions.set(name, i % 3 === 2 ? Date.now() : undefined))
  for (let round = 0; round < 3; round++) {
    for (const name of names) add(name, payload(`s${round}`))
    await vi.advanceTimersByTimeAsync(5000)
    subscriptions.set(`works${round}`, null)
    add(`works${round}`, payload('s'))
    await settle()
    expect(sends.at(-1)).toMatchObject({ session: `works${round}` })
  }
})

test('a device leaves the lane of the doubtful once a push comes through, and is back in it when one fails', async () => {
  let answer: Outcome = sent
  const hanging = Array.from({ length: 20 }, (_, i) => `h${i}`)
  const { subscriptions, sends, add } = world({
    ...Object.fromEntries(hanging.map((name) => [name, never])),
    a: () => answer,
  })
  for (const name of ['a', ...hanging]) subscriptions.set(name, undefined)
  add('a', payload('s'))
  await settle()
  expect(subscriptions.get('a')).toBeNull()
  for (const name of hanging) add(name, payload('s'))
  await settle()
  // of twenty at once two are for the doubtful
  expect(sends.filter(({ session }) => session.startsWith('h'))).toHaveLength(2)
  add('a', payload('s', '2'))
  await settle()
  expect(sends.at(-1)).toMatchObject({ session: 'a', head: '2' })
  answer = later
  add('a', payload('s', '3'))
  await settle()
  expect(subscriptions.get('a')).toBe(Date.now())
  const before = sends.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sends).toHaveLength(before)
})

test('what waits is bounded, for one device and for all', async () => {
  const { lines, add } = world({ a: never, b: never }, { pushesInAll: 60 })
  for (let i = 0; i < 200; i++) add('a', payload(`s${i}`))
  await settle()
  expect(lines.state().waiting).toBeLessThanOrEqual(streamsPerLine)
  for (let i = 0; i < 200; i++) add('b', payload(`s${i}`))
  await settle()
  expect(lines.state().waiting).toBeLessThanOrEqual(60)
  expect(lines.state().dropped).toBeGreaterThan(250)
})

test('a device that is gone, signed out, or silent for two weeks gets nothing more', async () => {
  const { lines, subscriptions, sends, add } = world({ gone: () => ({ type: 'gone' }), silent: () => later })
  add('gone', payload('s'), payload('t'))
  await settle()
  expect([...subscriptions.keys()]).toEqual([])
  subscriptions.set('silent', Date.now() - patienceMs - 1)
  add('silent', payload('s'))
  await settle()
  expect([...subscriptions.keys()]).toEqual([])
  add('out', payload('s'))
  lines.drop('out')
  lines.add('nobody', payload('s'))
  await settle()
  expect(sends.map(({ session }) => session)).toEqual(['gone', 'silent', 'out'])
  expect(lines.state().waiting).toBe(0)
})

test('a device that signs out while its push is on its way is not asked again', async () => {
  let answer: (outcome: Outcome) => void = () => {}
  const { lines, sends, add } = world({ a: () => new Promise((resolve) => (answer = resolve)) })
  add('a', payload('s'), payload('t'))
  await settle()
  lines.drop('a')
  answer(later)
  await vi.advanceTimersByTimeAsync(24 * 3600_000)
  expect(sends).toHaveLength(1)
  expect(lines.state().waiting).toBe(0)
})
