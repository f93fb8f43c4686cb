import { chatNames, type OpenRoom } from './sync.ts'

/**
 * Who is here and who types. Nothing of it is an event: it is said, told to those who are there, and forgotten.
 *
 * tab → sync client (BroadcastChannel) → POST /api/presence → server → the tails of those who look → sync client → tabs
 */
export interface PresenceSaid {
  /** any name of the tab's own: what it says replaces what it said before */
  readonly tab: string
  /** streams of which it wants to know who is here: the space on screen, and the room */
  readonly watch: readonly string[]
  readonly typing: OpenRoom | null
  /** it does not know yet how it stands there */
  readonly whole: boolean
}
export type PresenceRequest = PresenceSaid | { readonly tab: string; readonly left: true }

export interface PersonPresence {
  readonly person: string
  readonly here: boolean
  /** rooms and threads of the stream in which they type */
  readonly typing: readonly string[]
}
/** Of a stream that somebody watches, to them. `whole`: of whom it says nothing is not here. */
export interface PresenceTold {
  readonly type: 'presence'
  readonly stream: string
  readonly whole: boolean
  readonly people: readonly PersonPresence[]
}

/** Tabs and the sync client, over the BroadcastChannel `presenceChannel`. */
export type PresenceLineMessage =
  | { readonly type: 'SAY'; readonly said: PresenceRequest }
  | { readonly type: 'TOLD'; readonly told: PresenceTold }
  /** the server listens: say again where you are */
  | { readonly type: 'OPEN' }
  /** nothing is known until it does again */
  | { readonly type: 'LOST' }

export const presenceChannel = `${chatNames.peerChannel} presence`
/** how often a tab says that it is still there; hidden ones are slowed down by browsers to once a minute */
export const presenceBeatMs = 30_000
/** how often a tab says that somebody still types */
export const typingBeatMs = 3000
