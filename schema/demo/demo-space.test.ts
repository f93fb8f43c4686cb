import { describe, expect, test } from 'vitest'
import { validateEvent } from '../events/event.ts'
import { inBatches, makeDemoSpace } from './demo-space.ts'

const options = { seed: 7, now: Date.UTC(2026, 4, 20, 15, 30), self: { actor: 'me', name: 'Alex Reed' } }
const space = makeDemoSpace(options)
const ofType = (type: string): typeof space.events => space.events.filter((event) => event.type === type)

test('the same seed and time give the same events; another seed does not', () => {
  expect(makeDemoSpace(options)).toEqual(space)
  expect(makeDemoSpace({ ...options, seed: 8 }).events[5]?.id).not.toBe(space.events[5]?.id)
})

test('every event is valid', () => {
  const invalid = space.events.map((event) => validateEvent(event)).filter((answer) => answer.type !== 'known')
  expect(invalid).toEqual([])
})

test('ids are unique; clocks grow strictly; nothing happens in the future', () => {
  expect(new Set(space.events.map((event) => event.id)).size).toBe(space.events.length)
  const clocks = space.events.map((event) => BigInt(event.clock))
  expect(clocks.every((clock, index) => index === 0 || clock > (clocks[index - 1] as bigint))).toBe(true)
  expect(Math.max(...space.events.map((event) => event.at))).toBeLessThan(options.now)
})

test('an event only names rooms and messages that were there before it', () => {
  const there = new Set<string>()
  const dangling = space.events.filter((event) => {
    const names =
      event.type === 'message.create' || event.type.endsWith('.join') ? [event.room] : [event.room, event.entity]
    const unknown = event.type.endsWith('create') ? [event.room] : names
    const missing = unknown.some((name) => name !== undefined && !there.has(name))
    if (event.entity) there.add(event.entity)
    return missing
  })
  expect(dangling).toEqual([])
})

describe('it is lively', () => {
  test('a few thousand messages by a dozen people, in rooms and threads', () => {
    const messages = ofType('message.create')
    expect(messages.length).toBeGreaterThan(2000)
    expect(messages.length).toBeLessThan(4500)
    expect(new Set(messages.map((event) => event.actor)).size).toBe(12)
    expect(ofType('room.create').length).toBeGreaterThan(40)
  })

  test.each(['reaction.add', 'reaction.remove', 'message.edit', 'message.delete', 'pin.add', 'read.mark'])(
    'there are events of type %s',
    (type) => expect(ofType(type).length).toBeGreaterThan(2),
  )

  test('whole sentences are seldom said twice, and no template shows through', () => {
    const texts = space.events.flatMap((event) => (event.type === 'message.create' ? [event.payload.text] : []))
    const sentences = texts.filter((text) => text.length > 40)
    expect(new Set(sentences).size / sentences.length).toBeGreaterThan(0.75)
    expect(texts.filter((text) => !text.includes('```') && /[{}|]/.test(text))).toEqual([])
  })

  test('most of it is said by day, and the last message is minutes old', () => {
    const messages = ofType('message.create')
    const byDay = messages.filter(
      (event) => new Date(event.at).getUTCHours() >= 7 && new Date(event.at).getUTCHours() < 20,
    )
    expect(byDay.length / messages.length).toBeGreaterThan(0.75)
    expect(options.now - Math.max(...messages.map((event) => event.at))).toBeLessThan(20 * 60_000)
  })
})

test('what speaks to the person who looks is said word for word, whatever the hour', () => {
  for (let hour = 0; hour < 60; hour++) {
    const { events } = makeDemoSpace({ ...options, now: options.now + hour * 3_661_000, messages: 200 })
    const welcomes = events.filter(
      (event) => event.type === 'message.create' && event.payload.text.includes('on this device alone'),
    )
    expect(welcomes).toHaveLength(1)
    const id = welcomes[0]?.id
    expect(events.filter((event) => event.id !== id && event.entity === id)).toEqual([])
    expect(events.filter((event) => event.type === 'message.create' && event.payload.replyTo === id)).toEqual([])
  }
})

test('as many messages are unread as the demo means to show, whatever the hour, and none of them was deleted', () => {
  for (let hour = 0; hour < 60; hour++) {
    const { events } = makeDemoSpace({ ...options, now: options.now + hour * 3_661_000, messages: 600 })
    const named = new Map(events.map((event) => [event.entity, event.type === 'room.create' && event.payload.name]))
    const deleted = new Set(events.flatMap((event) => (event.type === 'message.delete' ? [event.entity] : [])))
    const unread = new Map<unknown, number>()
    for (const mark of events) {
      if (mark.type !== 'read.mark') continue
      const after = events.filter(
        (event) =>
          event.type === 'message.create' &&
          event.room === mark.room &&
          BigInt(event.clock) > BigInt(mark.payload.upTo) &&
          !deleted.has(event.entity),
      )
      if (after.length > 0) unread.set(named.get(mark.room), after.length)
    }
    expect(Object.fromEntries(unread)).toEqual({ engineering: 14, 'field-reports': 3, kitchen: 1 })
  }
})

test('batches keep the order and lose nothing', () => {
  const batches = [...inBatches(space.events, 250)]
  expect(batches.flat()).toEqual(space.events)
  expect(batches.every((batch) => batch.length <= 250)).toBe(true)
})
