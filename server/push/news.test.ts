import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { noMark, noOwn, type Mark, type Own } from '../../schema/notifications/settings.ts'
import type { Rights } from '../../schema/rights/rights.ts'
import { inGoodStanding } from '../../schema/rights/space-state.ts'
import type { Commit } from '../log/event-log.ts'
import { startNews } from './news.ts'
import { openSubscriptionFile } from './subscription-file.ts'

const noon = Date.UTC(2026, 10, 30, 12)
beforeEach(() => void vi.useFakeTimers({ now: noon }))
afterEach(() => void vi.useRealTimers())

const stream = 'space:s'
/** Bob is told of all in room r. */
function world(afterMs = 2000, pushesInAll = 100) {
  const members = new Map(
    ['ada', 'bob'].map((name) => [name, { name, role: 'member' as const, active: true, ...inGoodStanding }]),
  )
  const rooms = new Map([
    ['r', { kind: 'room' as const, maker: 'ada', name: 'r', parentRoom: undefined, parentMessage: undefined }],
  ])
  const visibility = 'invite' as const
  const space = { id: 's', stream, founder: 'ada', name: 'S', visibility, members, rooms, invitations: new Map() }
  const rights: Rights = { space, room: null }
  const said: { own: Own; mark: Mark } = { own: noOwn, mark: { ...noMark, level: 'all' } }
  const told: [string, string][] = []
  let listener: (commit: Commit, moved: (person: string) => boolean) => void = () => {}
  let seq = 0
  const bugs: unknown[] = []
  const news = startNews({
    directory: {
      watch: (given) => {
        listener = given
        return () => {}
      },
      rights: () => rights,
    },
    settings: { of: async () => ({ own: said.own, mark: () => said.mark }), forget: () => {} },
    nameOf: () => null,
    subscribers: () => ['bob', 'ada', 'stranger'],
    tell: (actor, { head }) => void told.push([actor, head]),
    health: { bug: (error) => void bugs.push(error) },
    limits: { pushAfterMs: afterMs, pushesInAll },
  })
  const say = (text: string, more: { actor?: string; receivedAt?: number } = {}) => {
    const id = `01K${String(++seq).padStart(23, '0')}`
    const { actor = 'ada', receivedAt = Date.now() } = more
    const event = {
      id,
      type: 'message.create',
      stream,
      actor,
      clock: String(seq),
      at: 1,
      deps: [],
      room: 'r',
      payload: { text },
    }
    listener(
      { stream, after: null, items: [{ seq: String(seq), id, receivedAt, data: JSON.stringify(event) }] },
      () => false,
    )
    return String(seq)
  }
  return { news, said, told, say, members, bugs, commit: (commit: Commit) => listener(commit, () => false) }
}

test('what is written within a moment is one push, which names the first that is news', async () => {
  const { told, say } = world()
  const first = say('one')
  say('two')
  await vi.advanceTimersByTimeAsync(1000)
  say('three')
  await vi.advanceTimersByTimeAsync(999)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toEqual([['bob', first]])
  const next = say('four')
  await vi.advanceTimersByTimeAsync(2000)
  expect(told.slice(1)).toEqual([['bob', next]])
})

test('what was read meanwhile, on any device, is not told; what lies behind it is', async () => {
  const { told, say, said } = world()
  say('read')
  const unread = say('unread')
  said.mark = { ...said.mark, readUpTo: 1n }
  await vi.advanceTimersByTimeAsync(2000)
  expect(told).toEqual([['bob', unread]])
  say('all read')
  said.mark = { ...said.mark, readUpTo: 9n }
  await vi.advanceTimersByTimeAsync(2000)
  expect(told).toHaveLength(1)
})

test('quiet hours and rights are those of the moment in which it is sent', async () => {
  const { told, say, said, members } = world()
  const quiet = (from: number, to: number) => ({ quiet: { from, to, zone: 'Etc/UTC' }, quietAt: 1n })
  for (const hours of [quiet(11 * 60, 13 * 60), quiet(23 * 60, 12 * 60 + 5)]) {
    said.own = noOwn
    say('before')
    said.own = hours
    await vi.advanceTimersByTimeAsync(2000)
    expect(told).toEqual([])
  }
  said.own = quiet(13 * 60, 11 * 60)
  say('outside of them')
  await vi.advanceTimersByTimeAsync(2000)
  expect(told).toHaveLength(1)
  say('then he is removed')
  members.set('bob', { ...members.get('bob')!, active: false })
  await vi.advanceTimersByTimeAsync(2000)
  expect(told).toHaveLength(1)
})

test('what a node learns of late is no news, and what nobody can read is passed over', async () => {
  const { told, say, commit, bugs } = world()
  say('an hour ago', { receivedAt: noon - 3600_000 })
  commit({ stream, after: null, items: [{ seq: '5', id: 'x', receivedAt: noon, data: '{"type":"message.create"}' }] })
  await vi.advanceTimersByTimeAsync(2000)
  expect(told).toEqual([])
  expect(bugs).toEqual([])
})

test('persons that wait for their moment are bounded', async () => {
  const { news, say } = world(2000, 0)
  say('one')
  expect(news.waiting).toBe(0)
})

test('a person has a bounded number of devices; the oldest makes room, also after a restart', async () => {
  vi.useRealTimers()
  const file = await openSubscriptionFile(':memory:', 3)
  const device = (n: number, actor = 'bob') => ({
    session: `${actor}${n}`,
    actor,
    endpoint: `e${actor}${n}`,
    p256dh: 'p',
    auth: 'a',
  })
  for (let n = 1; n <= 5; n++) expect(file.put(device(n))).toBe(true)
  file.put(device(1, 'ada'))
  expect(file.sessionsOf('bob')).toEqual(['bob3', 'bob4', 'bob5'])
  expect(file.get('bob1')).toBeNull()
  expect([file.count(), [...file.actors()]]).toEqual([4, ['bob', 'ada']])
  file.removeAll('bob')
  expect([file.count(), file.get('bob5')]).toEqual([1, null])
  file.close()
})
