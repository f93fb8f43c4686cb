import { streamOfRoom } from '../../../schema/events/streams.ts'
import { readPage } from '../../../schema/messages/received.ts'
import { rowsOfRoomPage } from '../../../schema/projections/room-page.ts'
import { ask } from '../identity/identity.ts'
import { pageSize } from '../timeline/timeline-window.ts'
import type { ServerPage } from './server-page.ts'

/** The newest messages of a room, from the server alone. Rejects when it cannot be had. */
export async function readRoomPage(space: string, room: string, signal: AbortSignal): Promise<ServerPage> {
  const stream = streamOfRoom(space, room)
  const query = new URLSearchParams({ room, limit: String(pageSize), names: '' })
  const answer = await ask(`/api/streams/${encodeURIComponent(stream)}/latest?${query}`, { signal })
  const page = readPage(await answer.json())
  if (!page) throw new Error('the answer of the server cannot be read')
  const rows = rowsOfRoomPage(page, stream, room).map((row) => ({
    ...row,
    stream,
    thread_id: null,
    thread_name: null,
    reply_count: 0,
    last_reply_at: null,
    outbox_state: null,
    outbox_error: null,
  }))
  return {
    stream,
    room,
    name: (page.names && Object.hasOwn(page.names, room) && page.names[room]) || '',
    rows,
    fromBeginning: rows.length < pageSize,
  }
}
