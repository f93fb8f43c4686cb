import type { FromPeer } from '../../../schema/messages/runtime/peer.ts'
import type { CoordinatorPlatform } from './start-coordinator.ts'

const fromPeer: Record<FromPeer['type'], true> = { PEER_MESSAGE: true, PEER_STATUS: true }

/** The BroadcastChannel to the peer. What another coordinator says on it is not for us. */
export function peerLine(channelName: string): CoordinatorPlatform['peer'] {
  const channel = new BroadcastChannel(channelName)
  return {
    post: (message) => channel.postMessage(message),
    listen(listener) {
      channel.addEventListener('message', ({ data }: MessageEvent<{ type?: string } | null>) => {
        if (data?.type !== undefined && Object.hasOwn(fromPeer, data.type)) listener(data as FromPeer)
      })
    },
  }
}
