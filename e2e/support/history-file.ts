import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { makeHistory, toNdjson, type HistoryLine } from '../../schema/demo/history.ts'

const shared = join(import.meta.dirname, '../../../shared/data')

export interface HistoryFile {
  readonly path: string
  readonly real: boolean
}

/** A real chat history where the optional test data lies beside the repo, a generated one of the same shape otherwise. */
export function historyFile(size: 'small' | 'large', scratch: string): HistoryFile {
  const real = join(shared, size === 'small' ? 'chat-history-small.ndjson.gz' : 'chat-history.ndjson.gz')
  if (existsSync(real)) return { path: real, real: true }
  const path = join(scratch, `history-${size}.ndjson.gz`)
  const messages = size === 'small' ? 9_000 : 225_000
  console.log(`no ${size} real chat history here: generating ${messages} messages`)
  writeFileSync(path, gzipSync(toNdjson(makeHistory({ seed: 1, messages }))))
  return { path, real: false }
}

export function readHistory(file: HistoryFile): HistoryLine[] {
  const lines = gunzipSync(readFileSync(file.path)).toString().trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as HistoryLine)
}
