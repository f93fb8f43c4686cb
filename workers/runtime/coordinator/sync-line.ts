import { syncChannelName, type FromSync } from '../../../schema/messages/sync.ts'
import type { CoordinatorPlatform } from './start-coordinator.ts'

const fromSync: Record<FromSync['type'], true> = {
  SYNC_HELLO: true,
  EVENTS: true,
  UPLOADED: true,
  SYNC_STATUS: true,
  SERVER_CLOCK: true,
}

/** The BroadcastChannel to the sync client. What another coordinator says on it is not for us. */
export function syncLine(): CoordinatorPlatform['sync'] {
  const channel = new BroadcastChannel(syncChannelName)
  return {
    post: (message) => channel.postMessage(message),
    listen(listener) {
      channel.addEventListener('message', ({ data }: MessageEvent<{ type?: string } | null>) => {
        if (data?.type !== undefined && Object.hasOwn(fromSync, data.type)) listener(data as FromSync)
      })
    },
  }
}
