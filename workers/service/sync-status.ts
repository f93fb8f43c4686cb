import type { SyncStatus } from '../../schema/messages/chat-status.ts'
import { homeStream } from '../../schema/events/streams.ts'
import type { StreamSync } from './stream-sync.ts'

/** How it stands, in the words that every tab shows. */
export function syncStatus(sync: {
  readonly actor: string | null
  readonly signedOut: string | null
  readonly streams: readonly StreamSync[]
  readonly problem: string | null
  readonly offline: boolean
  readonly connected: boolean
}): SyncStatus {
  if (sync.actor === null || sync.signedOut !== null) {
    return { state: 'signed-out', progress: [], error: sync.signedOut }
  }
  const behind = sync.streams.filter((stream) => stream.refusals === 0 && !stream.nearlyApplied)
  const progress = progressOf(behind, sync.streams)
  // One refusal may pass (a join that is still on its way up); after three a person should know.
  const error = sync.problem ?? sync.streams.find((stream) => stream.refusals > 2)?.refusal ?? null
  if (sync.offline) return { state: 'offline', progress, error }
  if (!sync.connected) return { state: 'connecting', progress, error }
  return { state: behind.length > 0 ? 'syncing' : 'live', progress, error }
}

/** A space with its public rooms is one bar, those included that are done. */
function progressOf(behind: readonly StreamSync[], all: readonly StreamSync[]): SyncStatus['progress'] {
  const found = new Map(
    behind.filter(({ total }) => total > 0).map(({ stream }) => [homeStream(stream), { applied: 0, total: 0 }]),
  )
  for (const { stream, applied, total } of all) {
    const bar = found.get(homeStream(stream))
    if (!bar) continue
    bar.applied += Math.min(applied, total)
    bar.total += total
  }
  return [...found].map(([stream, bar]) => ({ stream, ...bar }))
}
