/**
 * Looks at JSON as it arrives, byte by byte, before anything parses it: how deep it is nested and how many values it
 * holds. A parser recurses, or makes an object of every two bytes; this does neither, and can stop at the first byte too
 * many. It does not check that it is JSON.
 */
export class JsonShape {
  readonly #maxDepth: number
  readonly #maxValues: number
  #depth = 0
  #values = 0
  #inString = false
  #escaped = false

  constructor(maxDepth: number, maxValues: number) {
    this.#maxDepth = maxDepth
    this.#maxValues = maxValues
  }

  /** What is wrong with the bytes so far; null when nothing is. */
  take(bytes: Uint8Array): 'too deep' | 'too many values' | null {
    let inString = this.#inString
    let escaped = this.#escaped
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) inString = false
        continue
      }
      if (byte === quote) inString = true
      else if (byte === openList || byte === openObject) {
        this.#values += 1
        if (++this.#depth > this.#maxDepth) return 'too deep'
      } else if (byte === closeList || byte === closeObject) this.#depth -= 1
      else if (byte === comma) this.#values += 1
      if (this.#values > this.#maxValues) return 'too many values'
    }
    this.#inString = inString
    this.#escaped = escaped
    return null
  }
}

const quote = 0x22
const comma = 0x2c
const openList = 0x5b
const backslash = 0x5c
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d
