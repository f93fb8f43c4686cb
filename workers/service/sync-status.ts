import type { SyncStatus } from '../../schema/messages/chat-status.ts'
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
  const progress = behind
    .filter((stream) => stream.total > 0)
    .map(({ stream, applied, total }) => ({ stream, applied: Math.min(applied, total), total }))
  // One refusal may pass (a join that is still on its way up); after three a person should know.
  const error = sync.problem ?? sync.streams.find((stream) => stream.refusals > 2)?.refusal ?? null
  if (sync.offline) return { state: 'offline', progress, error }
  if (!sync.connected) return { state: 'connecting', progress, error }
  return { state: behind.length > 0 ? 'syncing' : 'live', progress, error }
}
