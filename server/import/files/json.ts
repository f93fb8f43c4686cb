import { parseWithAllDigits } from '../../../schema/import/read-line.ts'
import { asText, type SourceRecord } from '../../../schema/import/records.ts'
import { FileFault } from '../import-error.ts'
import { splitObjects } from '../split-objects.ts'
import type { SourceFiles } from './source-files.ts'
import { encodingOf } from './text-file.ts'

/** JSON of others: nothing in it is as it should be until it was looked at. */
export type Fields = Readonly<Record<string, unknown>>
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])
/** '' for what is neither a text nor a number */
export const textOf = (value: unknown): string => asText(value) ?? ''

export type JsonFile =
  | { readonly type: 'Json'; readonly value: unknown; readonly damage: readonly SourceRecord[] }
  | { readonly type: 'Fault'; readonly record: SourceRecord }

/** A file of JSON; of a damaged one, what can be read of its list of messages; or the record that says why there is nothing. */
export async function readJson(files: SourceFiles, path: string): Promise<JsonFile> {
  const at = { file: path, line: 0 }
  let text: string
  try {
    text = textOfBytes(await files.read(path))
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    return { type: 'Fault', record: { type: 'Fault', at, fault: 'Unreadable', about: error.message } }
  }
  try {
    return { type: 'Json', value: parseJson(text), damage: [] }
  } catch {
    const value = salvaged(text)
    if (value === null) return { type: 'Fault', record: { type: 'Fault', at, fault: 'NotJson' } }
    return {
      type: 'Json',
      value,
      damage: [{ type: 'Left', kind: 'damaged files, of which what can be read was read' }],
    }
  }
}

function textOfBytes(bytes: Buffer): string {
  const encoding = encodingOf(bytes)
  return encoding === 'utf-32' ? '' : new TextDecoder(encoding).decode(bytes) // which takes a byte order mark away
}

/** A number with so many digits outside of a text would be rounded. */
const manyDigits = /[:[,]\s*-?\d{16,}/

export function parseJson(text: string): unknown {
  return manyDigits.test(text) ? parseWithAllDigits(text) : (JSON.parse(text) as unknown)
}

/** A list, or an object with a list of messages: what comes before the list, and of the list each object that is whole. */
function salvaged(text: string): unknown {
  const list = /^\s*\[|"(messages|zerver_message)"\s*:\s*\[/.exec(text)
  if (!list) return null
  const [start, key] = list
  const splitter = splitObjects()
  const pieces = [...splitter.push(Buffer.from(text.slice(list.index + start.length))), ...splitter.end()]
  const items = pieces.map(({ bytes }) => parsedOr(null, bytes?.toString() ?? ''))
  if (!items.some((item) => item !== null)) return null
  return key === undefined ? items : { ...fieldsOf(parsedOr({}, `${text.slice(0, list.index)}"":0}`)), [key]: items }
}

function parsedOr(otherwise: unknown, text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return otherwise
  }
}
