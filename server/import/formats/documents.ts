import type { SourceRecord } from '../../../schema/import/records.ts'
import { fieldsOf, readJson, type Fields } from '../files/json.ts'
import type { SourceFiles } from '../files/source-files.ts'

/* Exports of which each file is one JSON object with a list of messages. */

/** The JSON files whose outermost keys `isOurs` knows. */
export async function findDocuments(
  files: SourceFiles,
  isOurs: (keys: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of files.paths) {
    if (!path.toLowerCase().endsWith('.json')) continue
    const bytes = await files.read(path).catch(() => null)
    if (bytes !== null && isOurs(outerKeys(bytes.subarray(0, 64 * 1024).toString()))) found.push(path)
  }
  return found
}

export async function* readDocuments(
  files: SourceFiles,
  paths: readonly string[],
  recordsOf: (document: Fields, path: string) => readonly SourceRecord[],
): AsyncGenerator<readonly SourceRecord[]> {
  for (const path of paths) {
    const file = await readJson(files, path)
    if (file.type === 'Fault') yield [file.record]
    else yield [...file.damage, ...recordsOf(fieldsOf(file.value), paths.length === 1 ? '' : path)]
  }
}

/** The keys of the outermost object, as far as its beginning shows them. */
export function outerKeys(beginning: string): readonly string[] {
  const keys: string[] = []
  const tokens = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]/g
  let depth = 0
  if (!/^\ufeff?\s*\{/.test(beginning)) return keys
  for (const [token, text, colon] of beginning.matchAll(tokens)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (depth === 1 && colon !== undefined) keys.push(text!)
  }
  return keys
}
