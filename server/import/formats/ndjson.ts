import { isUtf8 } from 'node:buffer'
import { readLine } from '../../../schema/import/read-line.ts'
import type { SourceRecord } from '../../../schema/import/records.ts'
import type { TextFile } from '../files/text-file.ts'
import { FileFault, ImportError } from '../import-error.ts'
import { shapeOf, type Shape } from '../shape.ts'
import { splitLines } from '../split-lines.ts'
import { splitObjects } from '../split-objects.ts'
import type { RawRecord } from '../split-records.ts'

/** Lines of JSON, or objects wherever they begin and end → records, while the file is read. */
export interface Lines {
  readonly shape: Shape
  records(): AsyncGenerator<readonly SourceRecord[]>
  /** how the file ends before its end; null while it does not */
  readonly fault: string | null
}

export function linesOf({ path, sample, isWhole, chunks }: TextFile): Lines {
  if (isWhole && isBlank(sample)) throw new ImportError(`${path} is empty.`)
  const shape = shapeOf(sample, isWhole)
  if (shape === 'nothing' && looksBinary(sample)) {
    throw new ImportError(`${path} is not a text file. docs/import.md says what can be imported.`)
  }
  let fault: string | null = null
  async function* records(): AsyncGenerator<readonly SourceRecord[]> {
    const splitter = shape === 'objects' ? splitObjects() : splitLines()
    let lastLine = 0
    const taken = (found: readonly SourceRecord[]): readonly SourceRecord[] => {
      const last = found.at(-1)
      if (last !== undefined && 'at' in last) lastLine = last.at.line
      return found
    }
    try {
      for await (const chunk of chunks) yield taken(splitter.push(chunk).map(recordOf))
      yield taken(splitter.end().map(recordOf))
    } catch (error) {
      if (!(error instanceof FileFault)) throw error
      // the last line is cut off, unless all of it is there
      const rest = splitter.end().map(recordOf)
      yield taken(rest.filter(({ type }) => type === 'Message'))
      fault = `${error.message}: it ends, or is damaged, after line ${lastLine}.`
    }
  }
  return {
    shape,
    records,
    get fault() {
      return fault
    },
  }
}

function recordOf({ line, bytes }: RawRecord): SourceRecord {
  const at = { file: '', line }
  if (bytes === null) return { type: 'Fault', at, fault: 'TooLong' }
  const text = bytes.toString()
  const outcome = readLine(text)
  if (outcome.type === 'Fault') return { ...outcome, at }
  const { message } = outcome
  const isDamaged = text.includes('\ufffd') && !isUtf8(bytes)
  if (!isDamaged) return { type: 'Message', at, message }
  return { type: 'Message', at, message: { ...message, notes: [...message.notes, 'CharactersReplaced'] } }
}

const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))

/** Text has hardly any control characters. (An odd one is a bad line's.) */
function looksBinary(sample: Buffer): boolean {
  const controls = sample.reduce((count, byte) => count + (byte < 0x09 || (byte > 0x0d && byte < 0x1b) ? 1 : 0), 0)
  return controls > 0 && (controls * 20 > sample.length || sample.includes(0))
}
