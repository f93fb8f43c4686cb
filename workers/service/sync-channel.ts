import type { FromPeer, ToPeer } from '../../schema/messages/runtime/peer.ts'
import { chatNames, type FromSync, type ToSync } from '../../schema/messages/sync.ts'
import type { SyncChannel } from './run-sync.ts'

const toPeer: Record<ToPeer['type'], true> = { COORDINATOR_STARTED: true, TO_PEER: true }

/** The runtime's peer line. What other sync clients or older builds say on it is not for us. */
export function openSyncChannel(name = chatNames.peerChannel): SyncChannel {
  const channel = new BroadcastChannel(name)
  return {
    post: (peerId, message) => channel.postMessage(enclosed(peerId, message)),
    listen(onMessage) {
      channel.addEventListener('message', ({ data }: MessageEvent<{ type?: string } | null>) => {
        if (data?.type === undefined || !Object.hasOwn(toPeer, data.type)) return
        const message = data as ToPeer
        onMessage(message.type === 'TO_PEER' ? (message.message as ToSync) : message)
      })
    },
  }
}

function enclosed(peerId: string, message: FromSync): FromPeer {
  if (message.type === 'SYNC_STATUS') return { type: 'PEER_STATUS', peerId, status: { sync: message.status } }
  return { type: 'PEER_MESSAGE', peerId, message }
}
