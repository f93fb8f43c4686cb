import type { Random } from './random.ts'

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A ULID of the given time (unix ms) whose random part comes from the seed. */
export function makeUlid(random: Random, ms: number): string {
  let time = ''
  for (let rest = Math.floor(ms), place = 0; place < 10; place++, rest = Math.floor(rest / 32)) {
    time = digits.charAt(rest % 32) + time
  }
  let noise = ''
  while (noise.length < 16) noise += digits.charAt(random.between(0, 31))
  return time + noise
}
