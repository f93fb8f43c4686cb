import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { makeHistory } from '../../schema/demo/history.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { historyToEvents, type HistoryLine } from '../../schema/import/history.ts'

const realHistory = new URL('../../../shared/data/chat-history.ndjson.gz', import.meta.url)

/** The optional real history when it lies beside the project, else a generated one of the same shape. */
export function loadHistoryEvents(messages: number): { source: 'real' | 'generated'; events: KnownEvent[] } {
  const real = existsSync(realHistory)
  const toEvents = historyToEvents({ space: 'bench', name: 'History', visibility: 'public', importer: 'import-bench' })
  const lines = real ? readLines(messages) : makeHistory({ seed: 1, messages })
  return { source: real ? 'real' : 'generated', events: lines.flatMap((line) => toEvents(line)) }
}

function readLines(messages: number): HistoryLine[] {
  const lines = gunzipSync(readFileSync(realHistory)).toString('utf8').split('\n', messages)
  return lines.filter(Boolean).map((text) => JSON.parse(text) as HistoryLine)
}
