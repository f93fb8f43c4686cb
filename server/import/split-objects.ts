import {
  carriageReturn,
  gathering,
  isBlankByte,
  isOfMark,
  lineFeed,
  type RawRecord,
  type Splitter,
} from './split-records.ts'

const code = (character: string): number => character.charCodeAt(0)
const [quote, backslash, brace, closingBrace] = [code('"'), code('\\'), code('{'), code('}')]
const [bracket, closingBracket, comma] = [code('['), code(']'), code(',')]

/**
 * Objects one after another, with whatever brackets, commas and blanks between them. Anything else between two is a
 * record of its own, up to the next object or the end of its line. An object that does not end does not take the rest of the file with it:
 * one that begins in the same column, on a later line, begins anew.
 */
export function splitObjects(): Splitter {
  return new ObjectSplitter()
}

class ObjectSplitter implements Splitter {
  readonly #record = gathering()
  #found: RawRecord[] = []
  #line = 1
  #column = 0
  /** nothing but blanks since the line began */
  #indented = true
  #afterReturn = false
  #state: 'between' | 'object' | 'other' = 'between'
  #depth = 0
  #inString = false
  #escaped = false
  /** where the record began that is open */
  #begin = { line: 1, column: -1 }
  #chunk: Buffer = Buffer.alloc(0)
  /** what of the chunk is not taken yet */
  #from = 0

  push(chunk: Buffer): RawRecord[] {
    this.#found = []
    this.#chunk = chunk
    this.#from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === lineFeed || byte === carriageReturn) this.#endLine(byte, at)
      else this.#within(byte, at)
    }
    if (this.#state !== 'between') this.#record.add(chunk.subarray(this.#from))
    return this.#found
  }

  end(): RawRecord[] {
    const bytes = withoutSeparators(this.#record.take())
    return bytes !== null && bytes.length === 0 ? [] : [{ line: this.#begin.line, bytes }]
  }

  #endLine(byte: number, at: number): void {
    if (this.#state === 'other') this.#take(at)
    this.#inString = false // no JSON string goes over a line's end
    this.#escaped = false
    if (!(byte === lineFeed && this.#afterReturn)) this.#line += 1
    this.#afterReturn = byte === carriageReturn
    this.#column = 0
    this.#indented = true
  }

  #within(byte: number, at: number): void {
    this.#afterReturn = false
    if (byte === brace && this.#beginsAnew()) this.#take(at)
    if (this.#state === 'between') {
      if (byte === brace) this.#open(at, 'object')
      else if (!isBetween(byte)) this.#open(at, 'other')
    }
    if (this.#state !== 'between') this.#inRecord(byte, at)
    if (!isBlankByte(byte)) this.#indented = false
    this.#column += 1
  }

  #inRecord(byte: number, at: number): void {
    if (this.#escaped) this.#escaped = false
    else if (this.#inString) {
      if (byte === backslash) this.#escaped = true
      else if (byte === quote) this.#inString = false
    } else if (byte === quote) this.#inString = true
    else if (this.#state === 'other') {
      if (byte !== brace) return
      this.#take(at)
      this.#open(at, 'object')
      this.#depth = 1
    } else if (byte === brace) this.#depth += 1
    else if (byte === closingBrace && --this.#depth === 0) this.#take(at + 1)
  }

  #beginsAnew(): boolean {
    const { line, column } = this.#begin
    return this.#indented && this.#state === 'object' && this.#line > line && this.#column === column
  }

  #open(at: number, state: 'object' | 'other'): void {
    this.#state = state
    this.#from = at
    this.#depth = 0
    this.#begin = { line: this.#line, column: this.#indented ? this.#column : 0 }
  }

  #take(end: number): void {
    this.#record.add(this.#chunk.subarray(this.#from, end))
    const bytes = withoutSeparators(this.#record.take())
    if (bytes === null || bytes.length > 0) this.#found.push({ line: this.#begin.line, bytes })
    this.#from = end
    this.#state = 'between'
    this.#inString = false
    this.#escaped = false
  }
}

function isBetween(byte: number): boolean {
  return isBlankByte(byte) || isOfMark(byte) || byte === comma || byte === bracket || byte === closingBracket
}

/** What stands between two values of an array is of neither. */
function withoutSeparators(bytes: Buffer | null): Buffer | null {
  if (bytes === null) return null
  let end = bytes.length
  while (end > 0 && isBetween(bytes[end - 1]!)) end -= 1
  return bytes.subarray(0, end)
}
