import { parseWithAllDigits } from '../../../schema/import/read-line.ts'
import { asText, type SourceRecord } from '../../../schema/import/records.ts'
import { FileFault } from '../import-error.ts'
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
  { readonly type: 'Json'; readonly value: unknown } | { readonly type: 'Fault'; readonly record: SourceRecord }

/** A file of JSON, whole; or the record that says why it is none. */
export async function readJson(files: SourceFiles, path: string): Promise<JsonFile> {
  const at = { file: path, line: 0 }
  try {
    return { type: 'Json', value: parseJson(textOfBytes(await files.read(path))) }
  } catch (error) {
    if (error instanceof FileFault) {
      return { type: 'Fault', record: { type: 'Fault', at, fault: 'Unreadable', about: error.message } }
    }
    return { type: 'Fault', record: { type: 'Fault', at, fault: 'NotJson' } }
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
