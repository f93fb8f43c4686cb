import { spaceStream } from '../../../schema/events/streams.ts'
import type { StreamPage } from '../../../schema/messages/http.ts'
import { rowsOfRoomPage } from '../../../schema/projections/room-page.ts'
import { ask } from '../identity/identity.ts'
import { pageSize } from '../timeline/timeline-window.ts'
import type { ServerPage } from './server-page.ts'

/** The newest messages of a room, from the server alone. Rejects when it cannot be had. */
export async function readRoomPage(space: string, room: string, signal: AbortSignal): Promise<ServerPage> {
  const stream = spaceStream(space)
  const query = new URLSearchParams({ room, limit: String(pageSize), names: '' })
  const answer = await ask(`/api/streams/${encodeURIComponent(stream)}/latest?${query}`, { signal })
  const page = (await answer.json()) as StreamPage
  const rows = rowsOfRoomPage(page, room).map((row) => ({
    ...row,
    stream,
    thread_id: null,
    reply_count: 0,
    last_reply_at: null,
    outbox_state: null,
    outbox_error: null,
  }))
  return { stream, room, name: page.names?.[room] ?? '', rows, fromBeginning: rows.length < pageSize }
}
