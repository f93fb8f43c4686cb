import { describe, expect, it } from 'vitest'
import { validateEvent } from '../events/event.ts'
import { derivedUlid } from './derived-id.ts'
import { clockAfter, eventsOfMessageAt, historyToEvents, messageKey, type HistoryLine } from './history.ts'

const options = { space: 's1', name: 'History', visibility: 'public', importer: 'import-1' } as const
const line = (id: number, topic: string, text = 'hello', sender = 'Cy Vale 8'): HistoryLine => ({
  id,
  stream: 'Is-there-code-for-X%3F',
  topic,
  sender,
  ts: 1_522_572_485,
  text,
})

describe('historyToEvents', () => {
  it('hangs a topic as a thread on its first message', () => {
    const toEvents = historyToEvents(options)
    const first = toEvents(line(1, 'hello'))
    expect(first.map((event) => event.type)).toEqual([
      'space.create',
      'member.join',
      'room.create',
      'message.create',
      'room.create',
    ])
    const [, , room, message, thread] = first
    expect(room!.payload).toMatchObject({ name: 'Is-there-code-for-X?', kind: 'room' })
    expect(message!.room).toBe(room!.entity)
    expect(thread!.payload).toMatchObject({ name: 'hello', parentRoom: room!.entity, parentMessage: message!.id })
    const second = toEvents(line(2, 'hello'))
    expect(second).toHaveLength(1)
    expect(second[0]).toMatchObject({ room: thread!.entity, payload: { author: { name: 'Cy Vale 8' } } })
  })

  it('makes valid events, the same on every run, with rising clocks', () => {
    const lines = [
      line(1, 'a'),
      line(2, 'b', '"'.repeat(29_000)),
      line(3, '', 'é'.repeat(29_000)),
      line(4, 'a', 'x', 'Bo'),
    ]
    const run = () => {
      const toEvents = historyToEvents(options)
      return lines.flatMap((each) => toEvents(each))
    }
    const events = run()
    expect(run()).toEqual(events)
    for (const event of events) expect(validateEvent(event)).toEqual({ type: 'known', event })
    const clocks = events.map((event) => BigInt(event.clock))
    expect(clocks.every((clock, i) => i === 0 || clock > clocks[i - 1]!)).toBe(true)
  })

  it('puts a message without a topic into the room itself', () => {
    const toEvents = historyToEvents(options)
    toEvents(line(1, 'hello'))
    const [message, ...others] = toEvents(line(2, ''))
    expect(others).toEqual([])
    expect(message!.room).toMatch(/^room-/)
  })

  it('makes the same message, whatever it brings along', () => {
    const named = (name: string) => ({ key: name, name })
    const thread = { ...named('b'), root: null }
    const key = messageKey('s1', 'a', '7')
    const message = { key, room: named('a'), thread, sender: named('Bo'), ms: 5, text: 'x', replyTo: null }
    const clock = clockAfter(clockAfter(0n, 5), 5)
    const said = (has: boolean) =>
      eventsOfMessageAt(message, clock, (entity) => has && !entity.startsWith('thread-'), options)
    const alone = said(true)
    expect(alone.map(({ type }) => type)).toEqual(['message.create', 'room.create'])
    expect(said(false).slice(3)).toEqual(alone)
  })

  it('derives distinct ids', () => {
    const ids = new Set(Array.from({ length: 50_000 }, (_, i) => derivedUlid(1, 's1', 'message.create', String(i))))
    expect(ids.size).toBe(50_000)
  })
})
