/**
 * Bytes of a text file → its records, the pieces that should each be a message. Two ways: a line is a record
 * (split-lines.ts), or a JSON object is one wherever it begins and ends (split-objects.ts: arrays, indented JSON).
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

export const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** The pieces of one record, dropped when they become too long. */
export function gathering() {
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

export const isBlankByte = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
/** Of a byte order mark: files that begin with one may lie behind one another. */
export const isOfMark = (byte: number): boolean => byte === 0xef || byte === 0xbb || byte === 0xbf
