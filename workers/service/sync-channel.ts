import { syncChannelName, type ToSync } from '../../schema/messages/sync.ts'
import type { SyncChannel } from './run-sync.ts'

/** The BroadcastChannel to the coordinator. What other sync clients or older builds say on it is not for us. */
const toSync: Record<ToSync['type'], true> = {
  COORDINATOR_STARTED: true,
  SYNC_STATE: true,
  EVENTS_APPLIED: true,
  EVENTS_FAILED: true,
  OUTBOX: true,
  OUTBOX_DISCARDED: true,
  UPLOADED_APPLIED: true,
}

export function openSyncChannel(name = syncChannelName): SyncChannel {
  const channel = new BroadcastChannel(name)
  return {
    post: (message) => channel.postMessage(message),
    listen(onMessage) {
      channel.addEventListener('message', ({ data }: MessageEvent<{ type?: string } | null>) => {
        if (data?.type !== undefined && Object.hasOwn(toSync, data.type)) onMessage(data as ToSync)
      })
    },
  }
}
