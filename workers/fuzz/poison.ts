import type { Random } from '../../schema/demo/random.ts'

/**
 * What a server, a proxy, another build or somebody hostile may send in the place of an event: the text of one item of a
 * page. Every kind is one that the device must set aside or pass over, and none is an event that counts.
 */
export interface Poison {
  readonly kind: string
  /** the item as text; `place` is its seq */
  item(random: Random, place: string, fresh: () => string): string
}

const stream = 'space:s1'
const receivedAt = 1_700_000_000_000

function envelope(id: string, fields: object = {}): object {
  const at = receivedAt - 1000
  return {
    id,
    type: 'message.create',
    stream,
    actor: 'eve',
    clock: String(BigInt(at) << 16n),
    at,
    room: 'r1',
    deps: [],
    payload: { text: 'poison' },
    ...fields,
  }
}
const wrap = (place: string, event: string): string => `{"seq":"${place}","receivedAt":${receivedAt},"event":${event}}`
/** an event that is wrong in these fields */
const wrong = (kind: string, fieldsOf: (random: Random) => object): Poison => ({
  kind,
  item: (random, place, fresh) => wrap(place, JSON.stringify(envelope(fresh(), fieldsOf(random)))),
})
/** an event whose payload is this text */
const raw = (kind: string, payloadOf: (random: Random) => string): Poison => ({
  kind,
  item(random, place, fresh) {
    const type = random.pick(['poll.create', 'message.create', 'page.update'])
    const text = JSON.stringify(envelope(fresh(), { type, entity: undefined, payload: '@' }))
    return wrap(place, text.replace('"@"', payloadOf(random)))
  },
})
const nested = (levels: number, object: boolean): string =>
  object ? '{"a":'.repeat(levels) + '1' + '}'.repeat(levels) : '['.repeat(levels) + ']'.repeat(levels)
const lone = '\ud801'

export const poisons: readonly Poison[] = [
  raw('nested deep', (random) => nested(random.pick([33, 100, 1500, 20_000]), random.chance(0.5))),
  raw(
    'not a number that can be kept',
    (random) => `{"n":${random.pick(['1e400', '0.5', '9007199254740993', '-1e-7'])}}`,
  ),
  raw('ill-formed text', () => '{"text":"\\ud801"}'),
  raw('ill-formed names of fields', () => '{"\\udc00":1}'),
  raw('a name of a field without end', () => `{"${'k'.repeat(300)}":1}`),
  raw('many fields', () => JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, n])))),
  raw('many entries', () => JSON.stringify(Array(5000).fill(0))),
  raw('too long', () => JSON.stringify({ text: 'x'.repeat(70_000) })),
  raw('too long by escapes', () => JSON.stringify({ text: '\u0001'.repeat(20_000) })),
  wrong('an id that is none', (random) => ({ id: random.pick(['', 'x', '01hf', 5, null, lone, {}]) })),
  wrong('a type that is none', (random) => ({
    type: random.pick(['', 'constructor', '__proto__', 'Message.Create', 5]),
  })),
  wrong('a room that nobody can see', (random) => ({
    room: random.pick(['', ' ', 'a\u0000b', '\n', lone, 'r'.repeat(201), [], 7]),
  })),
  wrong('an actor that nobody can see', (random) => ({ actor: random.pick(['\u200b', '\u001b[0m', lone, null]) })),
  wrong('an entity that is not its own', () => ({ entity: '01HF0000000000000000000000' })),
  wrong('deps that are none', (random) => ({
    deps: random.pick([null, 'x', ['x'], Array(65).fill('01HF0000000000000000000000'), {}]),
  })),
  wrong('another stream', (random) => ({
    stream: random.pick(['space:s2', 'person:ann', 'local:demo-1', '', 's1', lone]),
  })),
  wrong('a clock ahead', (random) => ({
    clock: random.pick([String(2n ** 63n - 1n), String(2n ** 62n), String(BigInt(receivedAt + 300_001) << 16n)]),
  })),
  wrong('a clock that is none', (random) => ({
    clock: random.pick(['', '-1', '1.5', String(2n ** 63n), '0x10', 5, null]),
  })),
  wrong('a time ahead', (random) => ({ at: random.pick([8.64e15, receivedAt + 400_000]) })),
  wrong('a time that is none', (random) => ({ at: random.pick([-1, 0.5, 9e15, '0', null]) })),
  wrong('a payload of another shape', (random) => ({
    payload: random.pick([null, 5, 'text', [], { text: 5 }, { text: null }, { txt: 'x' }]),
  })),
  wrong('an author that is none', (random) => ({
    payload: { text: 'x', author: random.pick([null, 'x', { id: '' }, { id: 'p', name: '\u2800' }]) },
  })),
  wrong('a name that hides', () => ({ type: 'member.join', entity: 'eve', payload: { name: 'Eve\u202egnp' } })),
  wrong('a page update of random bytes', (random) => ({
    type: 'page.update',
    entity: 'p1',
    payload: {
      update: Buffer.from(Array.from({ length: random.between(1, 40) }, () => random.between(128, 255))).toString(
        'base64',
      ),
    },
  })),
  wrong('a page update that is not base64', () => ({ type: 'page.update', entity: 'p1', payload: { update: '%%%' } })),
  wrong('a reaction of nothing', (random) => ({
    type: 'reaction.add',
    entity: 'm',
    payload: { emoji: random.pick(['', ' ', '\u0000', 'e'.repeat(65)]) },
  })),
  wrong('a read mark of letters', () => ({ type: 'read.mark', payload: { stream, upTo: 'far' } })),
  { kind: 'no object', item: (random) => random.pick(['null', '5', '"item"', '[]', 'true']) },
  { kind: 'no event', item: (random, place) => wrap(place, random.pick(['null', '5', '[]', '"text"', '{}'])) },
  {
    kind: 'no place',
    item: (random, _place, fresh) =>
      `{"seq":${random.pick(['null', '7', '""', '"\\u0000"', '{}'])},"receivedAt":1,"event":${JSON.stringify(envelope(fresh()))}}`,
  },
  {
    kind: 'no time',
    item: (random, place, fresh) =>
      `{"seq":"${place}","receivedAt":${random.pick(['null', '-1', '0.5', '"1"', '1e300'])},"event":${JSON.stringify(envelope(fresh()))}}`,
  },
  {
    kind: 'no JSON',
    item: (random, place) =>
      `{"seq":"${place}","receivedAt":1,"event":${random.pick(['{"id":', '\u0001', 'undefined', "{'id':1}", '[1,]'])}}`,
  },
]
