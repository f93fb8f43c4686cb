import type { Live } from '../../live/index.ts'
import { roomById } from '../rooms/rooms-query.ts'
import { prewarm } from '../timeline/timeline-windows.ts'
import { parentOf } from './thread-events.ts'
import { threadParent } from './threads-query.ts'

/** Asks in one go for all that a thread shows. By itself the panel would ask for one thing after another, as it draws. */
export function prewarmThread(live: Live, stream: string, thread: string): void {
  void live.store.preload(roomById(stream, thread))
  const parent = parentOf(thread)
  if (parent) void live.store.preload(threadParent(stream, parent))
  prewarm(live, stream, thread)
}
