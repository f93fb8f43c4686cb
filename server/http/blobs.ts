import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { filesIn } from '../../schema/files/named-files.ts'
import { shownTypes, unshownType } from '../../schema/files/sniff.ts'
import { may, refusalOf } from '../../schema/rights/may.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Directory } from '../directory.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import type { EventLog } from '../log/event-log.ts'
import { queryId, queryText } from './query.ts'
import { readRange } from './range.ts'
import type { Routes } from './routes.ts'

/** What a browser may do with a file of somebody: draw or play it, in no document of ours, with no script. */
const fileHeaders = {
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'accept-ranges': 'bytes',
}

/**
 * Files, in and out. A file is read by who may read a message that names it, and says which; and by who brought it. The log is asked
 * each time, so that an erased message, or a right that was taken away, counts at once.
 */
export function blobRoutes(
  routes: Routes,
  blobs: Blobs | null,
  log: EventLog,
  directory: Directory,
  limits: Pick<Limits, 'blobBytes'>,
): void {
  routes
    .put('/api/blobs/:sha', 'signedIn', async (c, { actor }) => {
      const sha256 = hashIn(c)
      if (!blobs) throw new Fault('STORAGE_FULL', 'nothing can be written on this server now')
      const { incoming } = c.env as HttpBindings
      const announced = c.req.header('content-length')
      const length = announced === undefined ? null : Number(announced)
      const at = countIn(c, 'at') ?? 0
      const size = countIn(c, 'size') ?? length
      if (size === null || size < 1)
        throw new Fault('MALFORMED_REQUEST', 'size: must be that of the file', { field: 'size' })
      if (length !== null && length > limits.blobBytes) throw new Fault('FILE_TOO_LARGE', 'the file is too large')
      return c.json(await blobs.put(actor, sha256, { at, size, length, bytes: bytesOf(incoming) }))
    })
    .get('/api/blobs/:sha', 'signedIn', async (c, { actor }) => {
      const sha256 = hashIn(c)
      const [stream, message] = [queryId(c, 'stream'), queryId(c, 'message')]
      let name: string | null = null
      if (stream !== null && message !== null) {
        const refusal = refusalOf(directory.rights(stream), actor, 'blob', stream)
        if (refusal) throw new Fault(refusal.code, refusal.message)
        const [item] = await log.find(stream, [message])
        name = (item && filesIn(item.data).find((file) => file.sha256 === sha256)?.name) ?? null
      } else if (blobs?.owns(actor, sha256)) name = sha256
      const blob = name === null ? null : (blobs?.blob(sha256) ?? null)
      if (!blobs || !blob || name === null)
        throw new Fault('NOT_FOUND', 'there is no such file, or no message that names it')

      const etag = `"${sha256}"`
      const isShown = Object.hasOwn(shownTypes, blob.type)
      const headers: Record<string, string> = {
        ...fileHeaders,
        etag,
        'content-type': isShown ? blob.type : unshownType,
        'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encoded(name)}`,
      }
      if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers)
      const range = readRange(c.req.header('range'), blob.size)
      if (range === 'unsatisfiable') return c.body(null, 416, { ...headers, 'content-range': `bytes */${blob.size}` })
      const { from, to } = range ?? { from: 0, to: blob.size - 1 }
      headers['content-length'] = String(to - from + 1)
      if (range) headers['content-range'] = `bytes ${from}-${to}/${blob.size}`
      const status = range ? 206 : 200
      if (c.req.method === 'HEAD') return c.body(null, status, headers)
      const file = blobs.read(sha256, from, to)
      if (stream !== null) {
        // who is removed while it is being sent gets no more of it
        const allowed = () => may(directory.rights(stream), actor, 'blob', stream)
        file.on('data', () => allowed() || file.destroy(new Error('its reader may not read it any more')))
        file.pause()
      }
      return c.body(Readable.toWeb(file) as ReadableStream, status, headers)
    })
}

/** What came stays, wherever it breaks off. */
async function* bytesOf(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  } catch {
    throw new Fault('MALFORMED_REQUEST', 'the body broke off') // nobody is there any more to read the answer
  }
}

/** Nothing else ever names a path. */
function hashIn(c: Context): string {
  const sha256 = c.req.param('sha') ?? ''
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Fault('NOT_FOUND', 'a file is named by the SHA-256 of its bytes')
  return sha256
}

function countIn(c: Context, name: string): number | null {
  const text = queryText(c, name)
  if (text === null) return null
  if (!/^\d{1,15}$/.test(text))
    throw new Fault('MALFORMED_REQUEST', `${name}: must be a number of bytes`, { field: name })
  return Number(text)
}

function encoded(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
