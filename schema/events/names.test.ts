import { describe, expect, test } from 'vitest'
import { cleanName, foldName, maxNameLength, nameFault, nameFrom } from './names.ts'
import { validateEvent } from './event.ts'

const invisible = [
  ['zero width spaces', '\u200b\u200b'],
  ['a direction override', '\u202e'],
  ['blanks of all kinds', ' \t\u00a0\u2003\u3000'],
  ['a joiner alone', '\u200d'],
  ['a byte order mark', '\ufeff'],
  ['fillers of Hangul', '\u3164\u115f\uffa0'],
  ['a blank of Braille', '\u2800'],
  ['variation selectors', '\ufe0f\u{e0100}'],
  ['tags', '\u{e0041}\u{e0042}'],
  ['control characters', '\u0000\u001b'],
  ['nothing', ''],
] as const

describe('a name that nobody can see', () => {
  test.each(invisible)('%s is refused, and cleaned to nothing', (_what, name) => {
    expect(nameFault(name)).not.toBeNull()
    expect(cleanName(name)).toBe('')
    expect(nameFrom(name, 'Thread')).toBe('Thread')
  })
})

test.each([
  ['Ann\u202egnp.exe', 'Anngnp.exe'],
  ['A\u200bnn', 'Ann'],
  ['Ann\nVale', 'Ann Vale'],
  ['  Ann   Vale ', 'Ann Vale'],
  ['Ann\u0007', 'Ann'],
  ['so\u00adft', 'soft'],
  ['\u2066Ann\u2069', 'Ann'],
  ['Ann\u200f', 'Ann'],
])('%j is kept as %j', (typed, name) => {
  expect(cleanName(typed)).toBe(name)
  expect(nameFault(name)).toBeNull()
})

test.each(['👩‍💻', '❤️', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'می‌خواهم', 'ශ්‍රී', '李', 'Ḁ́', '#general', '0'])(
  '%j is a name, and stays as it is',
  (name) => {
    expect(nameFault(name)).toBeNull()
    expect(cleanName(name)).toBe(name.normalize('NFC'))
  },
)

test.each([
  ['General', 'GENERAL'],
  ['Café', 'cafe'],
  ['general', 'gen\u200beral'],
  ['Ann  Vale', 'ann vale '],
  ['Straße', 'STRASSE'],
  ['Ærø', 'ÆRO'],
  ['ﬁle', 'file'],
  ['Ａｎｎ', 'ann'],
  ['ΆΡΗΣ', 'άρης'],
  ['Й', 'и'],
  ['İstanbul', 'istanbul'],
])('%s and %s read as the same name', (one, other) => expect(foldName(one)).toBe(foldName(other)))

test.each([
  ['कि', 'का'],
  ['か', 'が'],
  ['general', 'generals'],
  ['李', '里'],
])('%s and %s do not', (one, other) => expect(foldName(one)).not.toBe(foldName(other)))

test('a long name is cut between characters', () => {
  const cut = nameFrom('😀'.repeat(200), '')
  expect(cut.length).toBeLessThanOrEqual(maxNameLength)
  expect(cut.isWellFormed()).toBe(true)
  expect(nameFrom('a'.repeat(81), '', 80)).toBe(`${'a'.repeat(79)}…`)
  expect(nameFault('a'.repeat(201))).toMatch(/at most 200/)
})

const envelope = {
  id: '01HF0000000000000000000001',
  stream: 'space:s',
  actor: 'ann',
  clock: '1',
  at: 1,
  deps: [],
  entity: 'x',
  room: 'x',
}
const author = (name: string) => ({ author: { id: 'p', name } })
test.each<[string, (name: string) => object]>([
  ['space.create', (name) => ({ name, visibility: 'public' })],
  ['space.update', (name) => ({ name })],
  ['member.join', (name) => ({ name })],
  ['room.create', (name) => ({ name, kind: 'room' })],
  ['room.create', (name) => ({ name, kind: 'thread', parentRoom: 'r', parentMessage: 'm' })],
  ['room.update', (name) => ({ name })],
  ['page.create', (title) => ({ title })],
  ['page.rename', (title) => ({ title })],
  ['message.create', (name) => ({ text: 'hi', ...author(name) })],
])('the validator takes a visible name in %s and refuses an invisible one', (type, payload) => {
  const entity = ['message.create', 'page.create'].includes(type) ? envelope.id : envelope.entity
  const check = (name: string) => validateEvent({ ...envelope, entity, type, payload: payload(name) }).type
  expect(check('Ann')).toBe('known')
  for (const [, name] of invisible) expect(check(name)).toBe('invalid')
  expect(check('Ann\u202e')).toBe('invalid')
})
