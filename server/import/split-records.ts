/**
 * Bytes of a text file → its records, the pieces that should each be a message. Two ways: a line is a record
 * (`splitLines`), or a JSON object is one wherever it begins and ends (`splitObjects`: arrays, indented JSON).
 * Law: a record is the same however the bytes were cut into chunks, and no more than `longestRecord` is held of one.
 */
export interface RawRecord {
  /** the line in which it begins, from 1 */
  readonly line: number
  /** null: longer than `longestRecord` */
  readonly bytes: Buffer | null
}
export interface Splitter {
  push(chunk: Buffer): RawRecord[]
  /** what was begun when the file ended */
  end(): RawRecord[]
}
/** A text has at most 60,000 characters; what else a line holds may be longer, and is not taken over. */
export const longestRecord = 8 << 20

const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** Lines end with LF, CRLF or CR. Blank ones are no records. */
export function splitLines(): Splitter {
  const record = gathering()
  let line = 1
  let afterReturn = false

  function endLine(records: RawRecord[]): void {
    const bytes = record.take()
    if (bytes === null || !isBlank(bytes)) records.push({ line, bytes })
    line += 1
  }
  return {
    push(chunk) {
      const records: RawRecord[] = []
      let from = 0
      let feed = chunk.indexOf(lineFeed)
      let back = chunk.indexOf(carriageReturn)
      while (feed >= 0 || back >= 0) {
        const end = back < 0 || (feed >= 0 && feed < back) ? feed : back
        const isSecondHalf = afterReturn && end === 0 && feed === 0 && from === 0
        const follows = end === feed && end > 0 && chunk[end - 1] === carriageReturn
        if (!isSecondHalf && !follows) {
          record.add(chunk.subarray(from, end))
          endLine(records)
        }
        from = end + 1
        if (end === feed) feed = chunk.indexOf(lineFeed, from)
        else back = chunk.indexOf(carriageReturn, from)
      }
      if (chunk.length > 0) afterReturn = chunk.at(-1) === carriageReturn
      record.add(chunk.subarray(from))
      return records
    },
    end() {
      const records: RawRecord[] = []
      if (!record.isEmpty()) endLine(records)
      return records
    },
  }
}

const code = (character: string): number => character.charCodeAt(0)
const [quote, backslash, brace, closingBrace] = [code('"'), code('\\'), code('{'), code('}')]
const [bracket, closingBracket, comma] = [code('['), code(']'), code(',')]

/**
 * Objects one after another, with whatever brackets, commas and blanks between them. Anything else between two is a
 * record of its own, up to the next object or the end of its line. An object that does not end does not take the rest of the file with it:
 * one that begins in the same column, on a later line, begins anew.
 */
export function splitObjects(): Splitter {
  const record = gathering()
  let line = 1
  let column = 0
  /** nothing but blanks since the line began */
  let indented = true
  let afterReturn = false
  let state: 'between' | 'object' | 'other' = 'between'
  let depth = 0
  let inString = false
  let escaped = false
  let begin = { line: 1, column: -1 }

  return {
    push(chunk) {
      const records: RawRecord[] = []
      let from = 0
      const take = (end: number) => {
        record.add(chunk.subarray(from, end))
        const bytes = withoutSeparators(record.take())
        if (bytes === null || bytes.length > 0) records.push({ line: begin.line, bytes })
        from = end
        state = 'between'
        inString = false
        escaped = false
      }
      const open = (at: number, next: 'object' | 'other') => {
        state = next
        from = at
        depth = 0
        begin = { line, column: indented ? column : 0 }
      }
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at]!
        if (byte === lineFeed || byte === carriageReturn) {
          if (state === 'other') take(at)
          inString = false // no JSON string goes over a line's end
          escaped = false
          if (!(byte === lineFeed && afterReturn)) line += 1
          afterReturn = byte === carriageReturn
          column = 0
          indented = true
          continue
        }
        afterReturn = false
        if (byte === brace && indented && state === 'object' && line > begin.line && column === begin.column) take(at)
        if (state === 'between') {
          if (byte === brace) open(at, 'object')
          else if (!isBetween(byte)) open(at, 'other')
        }
        if (state !== 'between') {
          if (escaped) escaped = false
          else if (inString) {
            if (byte === backslash) escaped = true
            else if (byte === quote) inString = false
          } else if (byte === quote) inString = true
          else if (state === 'other') {
            if (byte === brace) {
              take(at)
              open(at, 'object')
              depth = 1
            }
          } else if (byte === brace) depth += 1
          else if (byte === closingBrace && --depth === 0) take(at + 1)
        }
        if (!isBlankByte(byte)) indented = false
        column += 1
      }
      if (state !== 'between') record.add(chunk.subarray(from))
      return records
    },
    end() {
      const bytes = withoutSeparators(record.take())
      return bytes !== null && bytes.length === 0 ? [] : [{ line: begin.line, bytes }]
    },
  }
}

/** The pieces of one record, dropped when they become too long. */
function gathering() {
  let pieces: Buffer[] = []
  let length = 0
  let tooLong = false
  return {
    add(piece: Buffer): void {
      if (piece.length === 0) return
      length += piece.length
      if (length > longestRecord) {
        tooLong = true
        pieces = []
      } else pieces.push(piece)
    },
    isEmpty: () => length === 0,
    take(): Buffer | null {
      const bytes = tooLong ? null : pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
      pieces = []
      length = 0
      tooLong = false
      return bytes
    },
  }
}

const isBlankByte = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
/** Of a byte order mark: files that begin with one may lie behind one another. */
const isOfMark = (byte: number): boolean => byte === 0xef || byte === 0xbb || byte === 0xbf
const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => isBlankByte(byte) || isOfMark(byte))

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
