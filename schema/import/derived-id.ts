const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * A ULID that is the same on every run: the original time, and 80 bits of a hash of where the thing comes from. Sorts
 * with its time; not for secrets.
 */
export function derivedUlid(ms: number, ...source: readonly string[]): string {
  return ulidAt(ms, derivedKey(...source))
}

/** A key of 16 characters, with its time before it. */
export function ulidAt(ms: number, key: string): string {
  let time = ''
  for (let rest = Math.floor(ms), place = 0; place < 10; place++) {
    time = digits[rest % 32] + time
    rest = Math.floor(rest / 32)
  }
  return time + key
}

/** 16 characters of hash. */
export function derivedKey(...source: readonly string[]): string {
  const words = hash128(JSON.stringify(source))
  let key = ''
  // 4 × 20 bits of each word: the best mixed ones
  for (const word of words) for (let shift = 0; shift < 20; shift += 5) key += digits[(word >>> (shift + 6)) & 31]
  return key
}

/** Four 32-bit lanes over the text, each mixed with its neighbour, each finished as MurmurHash3 does. */
function hash128(text: string): [number, number, number, number] {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ unit, 597399067)
    b = c ^ Math.imul(b ^ unit, 2869860233)
    c = d ^ Math.imul(c ^ unit, 951274213)
    d = a ^ Math.imul(d ^ unit, 2716044179)
  }
  a = finish(c ^ (a >>> 18))
  b = finish(d ^ (b >>> 22))
  c = finish(a ^ (c >>> 17))
  d = finish(b ^ (d >>> 19))
  return [a, b, c, d]
}

function finish(word: number): number {
  let mixed = word
  mixed = Math.imul(mixed ^ (mixed >>> 16), 2246822507)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 3266489909)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
