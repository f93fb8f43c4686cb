import type { Random } from '../../schema/demo/random.ts'

/** Values that nobody means, for any place in a request. JSON can carry them, and so can an address. */
export const nastyTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud801',
  'x\udc00',
  '\ufeff',
  '\u202e',
  '\u2028',
  'a\nb',
  '__proto__',
  'constructor',
  'toString',
  'null',
  '0',
  '-1',
  '1e309',
  '../../etc/passwd',
  "'; DROP TABLE events; --",
  '<script>1</script>',
  'space:',
  'person:',
  'local:x',
  'space:\u0000',
  '%00',
  '%',
  'x'.repeat(201),
  'ü'.repeat(100),
  '👩‍👩‍👧‍👦'.repeat(20),
  'x'.repeat(70_000),
  '9223372036854775807',
  '99999999999999999999',
  '7ZZZZZZZZZZZZZZZZZZZZZZZZZ',
  '8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
]

export function nastyValue(random: Random, depth = 0): unknown {
  switch (random.between(0, depth > 3 ? 6 : 9)) {
    case 0:
    case 1:
      return random.pick(nastyTexts)
    case 2:
      return random.pick([0, -0, -1, 0.5, 1e21, 2 ** 53, -(2 ** 63), 8.64e15, Date.now() + 3_600_000])
    case 3:
      return random.pick([null, true, false])
    case 4:
      return []
    case 5:
      return {}
    case 6:
      return nested(random.pick([5, 31, 32, 33, 70, 2000]), random.chance(0.5))
    case 7:
      return Array.from({ length: random.pick([1, 3, 300, 5000]) }, (_, i) =>
        i < 3 ? nastyValue(random, depth + 1) : i,
      )
    default:
      return Object.fromEntries(
        Array.from({ length: random.pick([1, 2, 300]) }, (_, i) => [
          i < 2 ? random.pick(nastyTexts) : `k${i}`,
          i < 3 ? nastyValue(random, depth + 1) : i,
        ]),
      )
  }
}

/** Another value at one place of a tree of JSON, or a place more, or one less. */
export function mutated(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return nastyValue(random)
  if (Array.isArray(value)) {
    const items = [...(value as unknown[])]
    const at = random.between(0, items.length)
    items[at] = at < items.length ? mutated(random, items[at]) : nastyValue(random)
    return items
  }
  const fields = { ...(value as Record<string, unknown>) }
  const key = random.pick([...Object.keys(fields), random.pick(nastyTexts)])
  if (random.chance(0.2)) delete fields[key]
  else fields[key] = Object.hasOwn(fields, key) ? mutated(random, fields[key]) : nastyValue(random)
  return fields
}

/** Text, with a few of its bytes changed, doubled, or gone. */
export function damaged(random: Random, text: string): Buffer {
  const bytes = [...Buffer.from(text)].slice(0, 4000)
  for (let times = random.between(1, 4); times > 0; times--) {
    const at = random.between(0, bytes.length)
    switch (random.between(0, 3)) {
      case 0:
        bytes[at] = random.between(0, 255)
        break
      case 1:
        bytes.splice(at, random.between(1, 20))
        break
      case 2:
        bytes.splice(at, 0, ...bytes.slice(at, at + random.between(1, 40)))
        break
      default:
        bytes.length = at
    }
  }
  return Buffer.from(bytes.map((byte) => byte ?? 0))
}

function nested(depth: number, inLists: boolean): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level++) value = inLists ? [value] : { a: value }
  return value
}
