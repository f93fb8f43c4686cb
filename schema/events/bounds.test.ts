import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aheadOf, bounds, breachOf, isId } from './bounds.ts'
import { validateEvent } from './event.ts'

/** PROPERTY_SEED=… replays a failure. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
const id = '01HF0000000000000000000001'
const base = { id, type: 'poll.create', stream: 'space:s1', actor: 'ann', clock: '1', at: 1, deps: [], payload: {} }

describe(`bounds of an event (seed ${seed})`, () => {
  it('whatever the input is, validateEvent answers', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
      maxDepth: 4,
    })
    const fields = fc.constantFrom(...Object.keys(base), 'room', 'entity', '__proto__', 'constructor', 'toString')
    const types = fc.constantFrom('poll.create', 'message.create', 'page.update', 'read.mark', 'constructor.name')
    const property = fc.property(anything, fields, types, (value, field, type) => {
      for (const input of [value, { ...base, type, [field]: value }, { ...base, type, payload: { text: value } }]) {
        const answer = validateEvent(input)
        if (answer.type === 'invalid') expect(answer.fault.message).toMatch(/: (?:must|is|cannot) /)
        else
          expect(JSON.parse(JSON.stringify(answer.event))).toEqual(
            JSON.parse(JSON.stringify(structuredClone(answer.event))),
          )
      }
    })
    fc.assert(property, { seed, numRuns: 3000 })
  })

  it.each([33, 1_500, 1_000_000])(
    '%i levels are refused without a stack of their own, of any type of event',
    (levels) => {
      for (const type of ['poll.create', 'message.create']) {
        for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ inner })]) {
          let payload: unknown = 1
          for (let level = 1; level < levels; level++) payload = wrap(payload)
          expect(validateEvent({ ...base, type, payload })).toMatchObject({
            type: 'invalid',
            fault: { code: 'MALFORMED_EVENT', message: expect.stringMatching(/^payload.*32 levels deep$/) as string },
          })
        }
      }
      expect(breachOf(JSON.parse('['.repeat(levels) + ']'.repeat(levels)))?.message).toMatch(/32 levels/)
    },
  )

  it('32 levels pass', () => {
    let payload: unknown = 1
    for (let level = 1; level < bounds.depth; level++) payload = [payload]
    expect(validateEvent({ ...base, payload })).toMatchObject({ type: 'unknown' })
  })

  it('cycles, and what is shared so often that it could never be written out, end as quickly', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    let shared: unknown = 'x'
    for (let level = 0; level < 30; level++) shared = [shared, shared]
    for (const payload of [cycle, { cycle }, shared, { a: structuredClone(cycle) }]) {
      expect(validateEvent({ ...base, payload }).type).toBe('invalid')
    }
  })

  it('says which field breaks what, in words', () => {
    const message = { ...base, type: 'message.create', room: 'r1', payload: { text: 'hi' } }
    const faults: [unknown, string][] = [
      [null, 'the event: must be an object'],
      ['text', 'the event: must be an object'],
      [{ ...message, payload: {} }, 'payload.text: is missing'],
      [{ ...message, payload: [] }, 'payload.text: is missing'],
      [{ ...base, type: 'pin.add', entity: 'm', payload: [] }, 'payload: must be an object'],
      [{ ...message, payload: { text: 5 } }, 'payload.text: must be text'],
      [{ ...message, payload: { text: '\ud83d' } }, 'payload.text: must be well-formed Unicode'],
      [{ ...base, payload: { ['\udc00']: 1 } }, 'payload: must have field names of well-formed Unicode'],
      [{ ...message, room: 'a\u0000b' }, 'room: must be 1 to 200 characters that can be seen, on one line'],
      [{ ...message, stream: 'space:\n' }, 'stream: must be 1 to 200 characters that can be seen, on one line'],
      [{ ...message, actor: ' \u200b\u00a0' }, 'actor: must be 1 to 200 characters that can be seen, on one line'],
      [
        { ...message, payload: { text: 'hi', replyTo: 'x\u0085' } },
        'payload.replyTo: must be 1 to 200 characters that can be seen, on one line',
      ],
      [{ ...message, entity: 'x'.repeat(201) }, 'entity: must be 1 to 200 characters that can be seen, on one line'],
      [{ ...message, at: 0.5 }, 'at: must be a whole number of at most 53 bits'],
      [{ ...base, payload: { votes: [1, 2 ** 53] } }, 'payload.votes.1: must be a whole number of at most 53 bits'],
      [{ ...base, payload: { when: new Date(0) } }, 'payload.when: must be JSON'],
      [{ ...base, payload: { count: 1n } }, 'payload.count: must be JSON'],
      [{ ...base, payload: { text: 'x'.repeat(70_000) } }, 'the event: is too long: at most 64 kB can be sent'],
      [{ ...base, payload: { text: '\u0001'.repeat(20_000) } }, 'the event: is too long: at most 64 kB can be sent'],
      [{ ...base, payload: Array(5000).fill(0) }, 'payload: must have at most 4096 entries'],
      [{ ...base, deps: Array(65).fill(id) }, 'deps: is too long: at most 64 entries are allowed'],
      [{ ...base, deps: [id, 'x'] }, 'deps.1: must be a ULID'],
      [
        { ...base, type: 'room.create', entity: 'r', payload: { name: '\u3164', kind: 'room' } },
        'payload.name: must have a character that can be seen',
      ],
      [
        { ...base, type: 'room.create', entity: 'r', payload: { name: 'x', kind: 'cellar' } },
        'payload.kind: must be one of "room", "thread", "direct"',
      ],
      [
        { ...base, type: 'room.archive', entity: 'r', payload: { archived: 1 } },
        'payload.archived: must be true or false',
      ],
      [{ ...message, room: undefined }, 'room: is missing: message.create names its room'],
    ]
    for (const [input, message] of faults) {
      expect(validateEvent(input)).toMatchObject({ type: 'invalid', fault: { message } })
    }
  })

  it('an object that hides a getter or a proxy is refused', () => {
    const getter = Object.defineProperty({ ...base }, 'payload', {
      enumerable: true,
      get: () => {
        throw new Error('boo')
      },
    })
    const proxy = new Proxy({ ...base }, { ownKeys: () => ['id', 'id'] })
    for (const input of [getter, proxy]) expect(validateEvent(input).type).toBe('invalid')
  })

  it('names of prototypes are fields like any other', () => {
    const payload = JSON.parse(
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    ) as object
    const known = { ...base, type: 'message.create', room: '__proto__', actor: 'constructor' }
    expect(validateEvent({ ...base, payload }).type).toBe('unknown')
    expect(validateEvent({ ...known, payload: { ...payload, text: 'hi' } })).toEqual({
      type: 'known',
      event: { ...known, version: 2, payload: { text: 'hi' } },
    })
    expect(validateEvent({ ...base, type: 'constructor' }).type).toBe('invalid')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('an id is what can be seen on one line', () => {
    for (const good of ['a', '👍', 'thread-01HF', 'two words', 'اسم', '名']) expect(isId(good), good).toBe(true)
    for (const bad of ['', ' ', '\t', 'a\n', '\u2800', '\u200d\ufeff', '\u001b[0m', '\ud801', 'x'.repeat(201)]) {
      expect(isId(bad), JSON.stringify(bad)).toBe(false)
    }
  })

  it('an event is ahead of its time five minutes after the server took it', () => {
    const now = 1_700_000_000_000
    const clock = (ms: number) => String(BigInt(ms) << 16n)
    expect(aheadOf({ clock: clock(now + bounds.aheadMs), at: now }, now)).toBeNull()
    expect(aheadOf({ clock: clock(now + bounds.aheadMs + 1), at: now }, now)).toMatchObject({ field: 'clock' })
    expect(aheadOf({ clock: String(2n ** 63n - 1n), at: now }, now)).toMatchObject({ field: 'clock' })
    expect(aheadOf({ clock: '0', at: 8.64e15 }, now)).toMatchObject({ field: 'at' })
  })
})
