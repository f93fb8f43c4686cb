import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KnownEvent } from '../events/event.ts'
import { isQuietAt } from './quiet-hours.ts'
import { foldMark, foldOwn, isMuted, isTold, noMark, noOwn, type Mark } from './settings.ts'

const seed = Number(process.env['SEED'] ?? 1)
const event = (type: string, clock: number, payload: object): KnownEvent =>
  ({
    id: 'x',
    type,
    stream: 'person:p',
    actor: 'p',
    room: 'r',
    clock: String(clock),
    at: 1,
    deps: [],
    payload,
  }) as never

test(`settings are a function of what was said, in whatever order it comes (seed ${seed})`, () => {
  const clock = fc.integer({ min: 1, max: 1000 })
  const any = fc.oneof(
    fc.tuple(clock, fc.boolean()).map(([at, muted]) => event('room.mute', at, { muted })),
    fc
      .tuple(clock, fc.constantFrom('all', 'mentions', 'none'))
      .map(([at, level]) => event('room.notify', at, { level })),
    fc.tuple(clock, clock).map(([at, upTo]) => event('read.mark', at, { upTo: String(upTo) })),
    fc
      .tuple(clock, fc.integer({ min: 0, max: 9 }))
      .map(([at, from]) => event('quiet.hours', at, { hours: { from, to: 1, zone: 'UTC' } })),
  )
  const events = fc.uniqueArray(any, { maxLength: 20, selector: (one) => one.clock })
  fc.assert(
    fc.property(events, fc.infiniteStream(fc.nat()), (said, random) => {
      const other = said
        .map((one) => ({ one, at: random.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one)
      expect(other.reduce(foldMark, noMark)).toEqual(said.reduce(foldMark, noMark))
      expect(other.reduce(foldOwn, noOwn)).toEqual(said.reduce(foldOwn, noOwn))
    }),
    { seed, numRuns: 300 },
  )
})

const muted: Mark = { ...noMark, muted: true }
const level = (level: Mark['level']): Mark => ({ ...noMark, level })
const read: Mark = { ...noMark, readUpTo: 5n }

test.each([
  ['a room as usual', { room: noMark, thread: null, direct: false }, 'named'],
  ['a direct message as usual', { room: noMark, thread: null, direct: true }, 'all'],
  ['a thread as usual', { room: noMark, thread: noMark, direct: false }, 'named'],
  ['a room with all', { room: level('all'), thread: null, direct: false }, 'all'],
  ['a direct message with nothing', { room: level('none'), thread: null, direct: true }, 'nothing'],
  ['a thread of a room with all', { room: level('all'), thread: noMark, direct: false }, 'all'],
  ['a thread of a room with nothing', { room: level('none'), thread: noMark, direct: false }, 'nothing'],
  ['a thread with a level of its own', { room: level('none'), thread: level('all'), direct: false }, 'all'],
  ['a muted room', { room: muted, thread: null, direct: false }, 'nothing'],
  ['a thread of a muted room', { room: muted, thread: noMark, direct: false }, 'nothing'],
  ['a thread with all in a muted room', { room: muted, thread: level('all'), direct: false }, 'nothing'],
  ['a muted thread', { room: level('all'), thread: muted, direct: false }, 'nothing'],
  ['a muted direct message', { room: muted, thread: null, direct: true }, 'nothing'],
  ['what is read', { room: { ...read, level: 'all' as const }, thread: null, direct: false }, 'nothing'],
  [
    'a thread of a room that is read',
    { room: { ...read, level: 'all' as const }, thread: noMark, direct: false },
    'all',
  ],
  ['a thread that is read', { room: level('all'), thread: read, direct: false }, 'nothing'],
])('%s', (_what, place, told) => {
  expect(isTold(place, { clock: '5', named: true }), 'named').toBe(told !== 'nothing')
  expect(isTold(place, { clock: '5', named: false }), 'not named').toBe(told === 'all')
  expect(isMuted(place)).toBe(place.room.muted || place.thread?.muted === true)
})

test.each([
  // from, to, zone, UTC time, quiet
  ['22:00', '07:00', 'UTC', '2026-11-30T23:30Z', true],
  ['22:00', '07:00', 'UTC', '2026-11-30T22:00Z', true],
  ['22:00', '07:00', 'UTC', '2026-11-30T06:59Z', true],
  ['22:00', '07:00', 'UTC', '2026-11-30T07:00Z', false],
  ['12:00', '13:00', 'UTC', '2026-11-30T11:59Z', false],
  ['12:00', '13:00', 'UTC', '2026-11-30T12:00Z', true],
  ['22:00', '07:00', 'Europe/Zurich', '2026-11-30T21:00Z', true],
  ['22:00', '07:00', 'Europe/Zurich', '2026-11-30T06:30Z', false],
  // summer time is an hour further
  ['22:00', '07:00', 'Europe/Zurich', '2026-07-30T20:00Z', true],
  ['22:00', '07:00', 'Asia/Kolkata', '2026-11-30T16:30Z', true],
  ['00:00', '06:00', 'UTC', '2026-11-30T00:00Z', true],
  ['22:00', '07:00', 'No/Such_Zone', '2026-11-30T22:00Z', true],
])('from %s to %s in %s, at %s: quiet is %s', (from, to, zone, at, quiet) => {
  const minute = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
  expect(isQuietAt({ from: minute(from), to: minute(to), zone }, Date.parse(at))).toBe(quiet)
})

test('who said nothing has no quiet hours', () => expect(isQuietAt(null, Date.now())).toBe(false))
