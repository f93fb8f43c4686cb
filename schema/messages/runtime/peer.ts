import type { ApplicationStatus } from './status.ts'

/**
 * Peer ↔ coordinator, over the BroadcastChannel `peerChannel`. A peer is a thread beside the tabs that the application in the
 * leader talks to: the chat's is the sync client. Laws: the coordinator looks into no `message`; it passes them on while a tab
 * leads, and drops them otherwise; it watches the lock of the peer that it heard last (`peerLock`), and has the leader's page
 * wake one (WAKE_PEER) every 10 s, and at once when a leader opens or the peer's lock is released.
 */
export type FromPeer =
  /** for the application in the leader */
  | { readonly type: 'PEER_MESSAGE'; readonly peerId: string; readonly message: unknown }
  /** shown by every tab, also while none leads */
  | { readonly type: 'PEER_STATUS'; readonly peerId: string; readonly status: ApplicationStatus }

export type ToPeer =
  /** another coordinator serves: what was on its way through the one before may be lost */
  | { readonly type: 'COORDINATOR_STARTED' }
  /** from the application in the leader */
  | { readonly type: 'TO_PEER'; readonly message: unknown }
