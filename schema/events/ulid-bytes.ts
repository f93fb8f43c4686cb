/** A ULID as its 16 bytes, which sort as its text does. Example: "00000000000000000000000001" ↔ 15 zeros and a 1. */
export function ulidToBytes(ulid: string): Uint8Array {
  const bytes = new Uint8Array(16)
  let bits = 0
  let held = 0
  let at = 15
  for (let place = ulid.length - 1; place >= 0; place--) {
    held |= alphabet.indexOf(ulid[place]!) << bits
    bits += 5
    if (bits >= 8 && at >= 0) {
      bytes[at--] = held & 255
      held >>>= 8
      bits -= 8
    }
  }
  if (at >= 0) bytes[at] = held & 255
  return bytes
}

export function bytesToUlid(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  let at = 15
  while (text.length < 26) {
    if (bits < 5) {
      held |= (at >= 0 ? bytes[at--]! : 0) << bits
      bits += 8
    }
    text = alphabet[held & 31]! + text
    held >>>= 5
    bits -= 5
  }
  return text
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
