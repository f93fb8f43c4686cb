import {
  carriageReturn,
  gathering,
  isBlankByte,
  isOfMark,
  lineFeed,
  type RawRecord,
  type Splitter,
} from './split-records.ts'

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

const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => isBlankByte(byte) || isOfMark(byte))
