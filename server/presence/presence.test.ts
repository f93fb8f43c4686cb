import { beforeEach, describe, expect, test } from 'vitest'
import type { PresenceTold } from '../../schema/messages/presence.ts'
import { deafMs, hereMs, Presence, typingMs } from './presence.ts'

/** A and B share `space:s`, A and C `room:private.s.r`; D is in neither. */
const streams: Record<string, string[]> = {
  'space:s': ['ada', 'bob'],
  'room:private.s.r': ['ada', 'cyd'],
}
let now = 0
let deaf: Set<string>
let told: { to: string; told: PresenceTold }[]
let readers: Record<string, string[]>
let presence: Presence
beforeEach(() => {
  now = 1_000_000
  told = []
  deaf = new Set()
  readers = structuredClone(streams)
  presence = start()
})
function start(
  limits: Partial<{ presenceTabsPerPerson: number; presenceTabsInAll: number; typistsShown: number }> = {},
) {
  const maySee = (stream: string, actor: string) => readers[stream]?.includes(actor) ?? false
  return new Presence({
    maySee,
    streamsOf: (actor) => Object.keys(readers).filter((stream) => maySee(stream, actor)),
    hears: (actor) => !deaf.has(actor),
    tell: (people, message) => told.push(...[...people].map((to) => ({ to, told: message }))),
    soon: () => {},
    limits: { presenceTabsPerPerson: 3, presenceTabsInAll: 100, presenceShown: 50, typistsShown: 2, ...limits },
    now: () => now,
  })
}
const watch = (actor: string, stream: string, rest: object = {}, tab = 't') =>
  presence.say(actor, { tab, watch: [stream], typing: null, whole: false, ...rest })
const type = (actor: string, stream: string, room: string) => watch(actor, stream, { typing: { stream, room } })
const heardBy = (actor: string) => told.filter(({ to }) => to === actor).map((each) => each.told)
const forget = () => void (told = [])

describe('presence', () => {
  test('who comes is told to who watches a stream of both, who goes too; a new watcher gets the whole', () => {
    watch('bob', 'space:s')
    expect(heardBy('bob').at(-1)).toMatchObject({ whole: true, people: [{ person: 'bob', here: true }] })
    presence.flush()
    forget()
    watch('ada', 'space:s')
    expect(
      heardBy('ada')
        .at(-1)!
        .people.map(({ person }) => person),
    ).toEqual(['bob', 'ada'])
    presence.flush()
    expect(heardBy('bob')).toEqual([
      { type: 'presence', stream: 'space:s', whole: false, people: [{ person: 'ada', here: true, typing: [] }] },
    ])
    forget()
    presence.left('ada', 't')
    presence.flush()
    expect(heardBy('bob')[0]).toMatchObject({ people: [{ person: 'ada', here: false }] })
  })

  test('a tab that dies is gone by itself, and what it typed before that', () => {
    watch('bob', 'space:s')
    type('ada', 'space:s', 'general')
    presence.flush()
    forget()
    now += typingMs
    presence.sweep()
    expect(heardBy('bob')).toMatchObject([{ people: [{ person: 'ada', here: true, typing: [] }] }])
    forget()
    now += hereMs - typingMs - 1
    watch('bob', 'space:s')
    now += 1
    presence.sweep()
    presence.flush()
    expect(heardBy('bob')).toMatchObject([{ people: [{ person: 'ada', here: false }] }])
    expect(presence.size).toBe(1)
  })

  test('a device whose live connection ended is gone soon after, and not if it comes back', () => {
    watch('bob', 'space:s')
    watch('ada', 'space:s')
    presence.flush()
    forget()
    deaf.add('ada')
    presence.sweep()
    now += deafMs - 1
    deaf.delete('ada')
    presence.sweep()
    deaf.add('ada')
    presence.sweep()
    now += deafMs - 1
    presence.sweep()
    presence.flush()
    expect(heardBy('bob')).toEqual([])
    now += 1
    presence.sweep()
    presence.flush()
    expect(heardBy('bob')).toMatchObject([{ people: [{ person: 'ada', here: false }] }])
  })

  test('typing is told at once, not to who types, and only where it is', () => {
    watch('bob', 'space:s')
    watch('cyd', 'room:private.s.r')
    presence.flush()
    forget()
    type('ada', 'room:private.s.r', 'private.s.r')
    expect(heardBy('bob')).toEqual([])
    expect(heardBy('cyd')).toMatchObject([{ people: [{ person: 'ada', typing: ['private.s.r'] }] }])
    forget()
    type('ada', 'room:private.s.r', 'private.s.r') // again: nothing new
    expect(told).toEqual([])
    watch('ada', 'room:private.s.r')
    expect(heardBy('cyd')).toMatchObject([{ people: [{ typing: [] }] }])
  })

  test('who has no right hears nothing, and is heard of by nobody; a right that goes counts at once', () => {
    watch('dan', 'space:s', { typing: { stream: 'space:s', room: 'general' } })
    watch('bob', 'space:s')
    expect(heardBy('dan')).toEqual([])
    expect(heardBy('bob')[0]!.people.map(({ person }) => person)).toEqual(['bob'])
    readers['space:s'] = ['ada']
    forget()
    type('ada', 'space:s', 'general')
    presence.flush()
    expect(heardBy('bob')).toEqual([])
  })

  test('a person’s own, a local and no stream at all have no presence', () => {
    readers['person:ada'] = ['ada']
    readers['local:x'] = ['ada']
    presence.say('ada', { tab: 't', watch: ['person:ada', 'local:x', 'x'], typing: null, whole: true })
    expect(told).toEqual([])
  })

  test('tabs of a person and of all are bounded; the person’s oldest makes room', () => {
    for (const tab of ['1', '2', '3', '4']) watch('ada', 'space:s', {}, tab)
    expect(presence.size).toBe(3)
    presence.left('ada', '1') // it made room
    expect(presence.size).toBe(3)
    presence = start({ presenceTabsInAll: 2 })
    watch('ada', 'space:s', {}, '1')
    watch('ada', 'space:s', {}, '2')
    watch('bob', 'space:s', {}, '3')
    expect(presence.size).toBe(2)
  })

  test('of a crowd that types a few are told', () => {
    readers['space:s'] = ['ada', 'bob', 'cyd', 'dan', 'eve']
    watch('eve', 'space:s')
    forget()
    for (const one of ['ada', 'bob', 'cyd', 'dan']) type(one, 'space:s', 'general')
    expect(heardBy('eve').filter(({ whole }) => !whole).length).toBe(2)
  })

  test('two tabs of a person: here until the last one goes', () => {
    watch('bob', 'space:s')
    watch('ada', 'space:s', {}, '1')
    watch('ada', 'space:s', {}, '2')
    presence.flush()
    forget()
    presence.left('ada', '1')
    presence.flush()
    expect(heardBy('bob')).toEqual([])
    presence.left('ada', '2')
    presence.flush()
    expect(heardBy('bob')).toMatchObject([{ people: [{ here: false }] }])
  })

  test('under random words: what a watcher heard adds up to what is so', () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1e6)
    console.log(`presence: SEED=${seed}`)
    let random = seed
    const pick = <T>(list: readonly T[]): T => {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31
      return list[Math.floor((random / 2 ** 31) * list.length)]!
    }
    const people = ['ada', 'bob', 'cyd']
    readers['space:s'] = people
    presence = start({ presenceTabsPerPerson: 2, typistsShown: 100 })
    const tabs = new Map<string, { typing: boolean; saidAt: number }>()
    watch('eve', 'space:s')
    readers['space:s'] = [...people, 'eve']
    for (let step = 0; step < 2000; step++) {
      watch('eve', 'space:s')
      const actor = pick(people)
      const key = `${actor} ${pick(['1', '2'])}`
      switch (pick(['say', 'type', 'leave', 'time'])) {
        case 'say':
          watch(actor, 'space:s', {}, key)
          tabs.set(key, { typing: false, saidAt: now })
          break
        case 'type':
          watch(actor, 'space:s', { typing: { stream: 'space:s', room: 'general' } }, key)
          tabs.set(key, { typing: true, saidAt: now })
          break
        case 'leave':
          presence.left(actor, key)
          tabs.delete(key)
          break
        default:
          now += pick([1000, 5000, 60_000])
      }
      presence.sweep()
      presence.flush()
      const heard = new Map<string, { here: boolean; typing: readonly string[] }>()
      for (const { people: named, whole } of heardBy('eve')) {
        if (whole) heard.clear()
        for (const one of named) heard.set(one.person, one)
      }
      for (const person of people) {
        const own = [...tabs].filter(([name, { saidAt }]) => name.startsWith(person) && now - saidAt < hereMs)
        const types = own.some(([, { typing, saidAt }]) => typing && now - saidAt < typingMs)
        const { here = false, typing = [] } = heard.get(person) ?? {}
        expect({ step, person, here, types: typing.length > 0 }).toEqual({ step, person, here: own.length > 0, types })
      }
    }
  })
})
