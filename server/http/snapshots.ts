import { createReadStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { Directory } from '../directory.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import type { Snapshots } from '../snapshots/snapshots.ts'
import { queryText } from './query.ts'
import type { Routes } from './routes.ts'

/** Snapshots of spaces and private rooms, as they lie on the disk: compressed once, sent many times. */
export function snapshotRoutes(
  routes: Routes,
  snapshots: Snapshots | null,
  directory: Directory,
  limits: Pick<Limits, 'snapshotsInAll'>,
): void {
  let sending = 0

  routes.get('/api/streams/:stream/snapshot', 'reader', (c, { session: { actor }, stream }) => {
    const snapshot = snapshots?.newest(stream, queryText(c, 'build')) ?? null
    const allowed = () => snapshot !== null && snapshot.streams.every((one) => directory.mayRead(one.stream, actor))
    if (!snapshot || !allowed()) return c.body(null, 204) // its events are to be read
    const { path, bytes, sha256 } = snapshot
    const etag = `"${sha256}"`
    c.header('etag', etag)
    if (c.req.header('if-none-match') === etag) return c.body(null, 304)
    c.header('content-type', 'application/vnd.sqlite3')
    c.header('content-encoding', 'gzip')
    c.header('content-length', String(statSync(path).size))
    c.header('x-snapshot-bytes', String(bytes))
    c.header('x-snapshot-sha256', sha256)
    if (c.req.method === 'HEAD') return c.body(null)
    if (sending >= limits.snapshotsInAll) {
      throw new Fault('TOO_MANY_REQUESTS', 'too many snapshots are being sent', { retryAfterSeconds: 5 })
    }
    sending += 1
    const file = createReadStream(path, { highWaterMark: 256 << 10 })
    file.once('close', () => (sending -= 1))
    // who is removed while it is being sent gets no more of it
    file.on('data', () => allowed() || file.destroy(new Error('its reader may not read it any more')))
    file.pause()
    return c.body(Readable.toWeb(file) as ReadableStream)
  })
}
