/** Tab → event store (command `pastRoom`): a room as it was at a moment. */
export interface PastQuestion {
  readonly stream: string
  readonly room: string
  /** the moment: a clock (schema/events/clock.ts), in decimal. Everything up to it counts, itself too */
  readonly clock: string
  /** of the newest messages then */
  readonly messages: number
}

export interface PastRoom {
  readonly name: string | null
  readonly topic: string | null
  /** oldest first */
  readonly messages: readonly PastMessage[]
  /** what was said of these messages up to then, newest first; not all of it */
  readonly changes: readonly PastChange[]
  /** how many messages the room had, the deleted ones too */
  readonly place: number
  /** the change of what is seen before this moment, and the next one behind it; null: there is none */
  readonly earlier: string | null
  readonly later: string | null
  /** ms that it took */
  readonly took: number
}

export interface PastMessage {
  readonly id: string
  readonly author: string
  readonly text: string
  readonly createdAt: number
  readonly editedAt: number | null
  /** 1: deleted; 2: erased */
  readonly deleted: number
  /** {"👍":["actor",…]} */
  readonly reactions: string
  readonly pinned: number
  readonly threadId: string | null
}

export interface PastChange {
  readonly event: string
  readonly clock: string
  readonly at: number
  readonly actor: string
  readonly message: string
  readonly what: PastChangeKind
}
export type PastChangeKind =
  | 'wrote'
  | 'edited'
  | 'deleted'
  | 'restored'
  | 'erased'
  | 'reacted'
  | 'took a reaction back'
  | 'pinned'
  | 'unpinned'
  | 'opened a thread'
