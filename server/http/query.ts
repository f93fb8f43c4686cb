import type { Context } from 'hono'
import { isId } from '../../schema/events/bounds.ts'
import { streamKind, streamOwner } from '../../schema/events/streams.ts'
import { Fault } from '../fault.ts'

/** One value of the query string; null when it is absent. Twice the same name is nobody's meaning. */
export function queryText(c: Context, name: string): string | null {
  const all = c.req.queries(name) ?? []
  if (all.length > 1) throw new Fault('MALFORMED_REQUEST', `${name}: is there more than once`, { field: name })
  return all[0] ?? null
}

/** A whole number from the query string, bounded; `fallback` when it is absent. */
export function queryNumber(c: Context, name: string, fallback: number, max: number): number {
  const text = queryText(c, name)
  if (text === null) return fallback
  const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN
  if (!(number >= 1 && number <= max)) {
    throw new Fault('MALFORMED_REQUEST', `${name}: must be a whole number from 1 to ${max}`, { field: name })
  }
  return number
}

/** An id from the query string; null when it is absent. */
export function queryId(c: Context, name: string): string | null {
  const text = queryText(c, name)
  if (text !== null && !isId(text)) throw new Fault('MALFORMED_REQUEST', `${name}: is not an id`, { field: name })
  return text
}

/** The stream of the address: well formed, and of a kind that a server has. */
export function streamOf(c: Context): string {
  const stream = c.req.param('stream') ?? ''
  if (!isId(stream)) throw new Fault('MALFORMED_REQUEST', 'stream: is not an id', { field: 'stream' })
  const kind = streamKind(stream)
  if (kind === null || kind === 'local' || streamOwner(stream) === '') {
    throw new Fault('UNKNOWN_STREAM', `${stream} is not a stream of this server`)
  }
  return stream
}
