import type { SequencedEvent } from '../events/event.ts'
import type { InvitedRole } from '../rights/roles.ts'
import type { PresenceTold } from './presence.ts'

/**
 * The sync server's HTTP API, as its clients see it. JSON in and out; a failure is `{ error: HttpFault }` with the
 * status of `httpStatus`. Sign-in is a cookie (`__Host-sid`, HttpOnly); unsafe methods must come from the same origin.
 *
 * | request                                        | answer                                      |
 * |------------------------------------------------|---------------------------------------------|
 * | POST /api/guest {name, importer?}              | Identity, and the cookie                    |
 * | GET  /api/me                                   | Identity, or 401                            |
 * | POST /api/sign-out?clear                       | 204; `clear`: the browser forgets what it has of this site |
 * | POST /api/passkeys/creation {name?}            | what the browser makes a passkey from; `name`: of a new person |
 * | POST /api/passkeys {response}                  | PasskeyAdded, and the cookie of a new person |
 * | POST /api/passkeys/request                     | what the browser signs in with              |
 * | POST /api/passkeys/sign-in {response}          | Identity, and the cookie                    |
 * | POST /api/recovery {code}                      | Identity, and the cookie                    |
 * | GET  /api/account                              | Account                                     |
 * | POST /api/account/name {name}                  | Identity                                    |
 * | POST /api/account/codes                        | {codes}: ten new recovery codes             |
 * | POST /api/account/passkeys/remove {id}         | Account                                     |
 * | POST /api/account/devices/sign-out {session}   | Account; session `others`: all but this one |
 * | POST /api/account/delete                       | 204                                         |
 * | GET  /api/push                                 | PushInfo                                    |
 * | POST /api/push {endpoint, keys}                | PushInfo: this device is told               |
 * | POST /api/push/off                             | PushInfo: this device is not told           |
 * | POST /api/push/test                            | PushTest                                    |
 * | GET  /api/spaces?after&limit                   | SpaceList: all of mine, then the public ones |
 * | POST /api/invitations/look {space, invitation, secret} | InvitationSummary                |
 * | POST /api/invitations/join {space, invitation, secret} | InvitationSummary; the person is in it |
 * | POST /api/streams/:stream/events {events}      | AppendResult; all or none                   |
 * | GET  /api/streams/:stream/events?after&limit   | StreamPage, oldest first                    |
 * | GET  /api/streams/:stream/latest?limit&room    | StreamPage: the newest events, oldest first |
 * | GET  /api/streams/:stream/outline              | StreamPage: space, members, rooms (no threads) |
 * | GET  /api/streams/:stream/snapshot?build       | a SQLite file, compressed (docs/data.md); 204: there is none, or none of that build's tables |
 * | GET  /api/streams/:stream/tail?after           | Server-Sent Events of TailMessage           |
 * | GET  /api/tail                                 | the same, of all of the person's streams    |
 * | PUT  /api/blobs/:sha256?at&size                | BlobReceived; the body is the piece that begins at `at` (all of it without) |
 * | GET  /api/blobs/:sha256?stream&message         | a file that the message names, ranges too; without: one of my own |
 * | POST /api/presence PresenceRequest             | 204; what it means is told on the tails of others |
 *
 * `:stream` is percent-encoded (`space%3A01…`); `after` is a `seq`, absent for the beginning.
 */
export interface Identity {
  readonly actor: string
  readonly name: string
}

/** Where a person is signed in. */
export interface Device {
  /** names the session without giving it away */
  readonly session: string
  readonly name: string
  /** unix ms; `seenAt` to the hour */
  readonly signedInAt: number
  readonly seenAt: number
  readonly current: boolean
}
export interface PasskeySummary {
  readonly id: string
  readonly name: string
  /** unix ms */
  readonly addedAt: number
  readonly usedAt: number | null
}
export interface Account extends Identity {
  readonly passkeys: readonly PasskeySummary[]
  readonly devices: readonly Device[]
  /** recovery codes that were not used yet */
  readonly codesLeft: number
}
/** `codes`: ten new recovery codes, shown this once; null: the person has had some before */
export interface PasskeyAdded extends Identity {
  readonly codes: readonly string[] | null
}

/** Web Push on this server, and of this session. */
export interface PushInfo {
  /** what a browser subscribes with; null: the server sends none */
  readonly key: string | null
  /** where the server sends what this device is told; null: it is told nothing */
  readonly endpoint: string | null
}
/** What the push service said. `gone`: it knows this device no more; `later`: it could not be reached. */
export interface PushTest {
  readonly outcome: 'sent' | 'gone' | 'refused' | 'later'
}

export interface GuestRequest {
  readonly name: string
  /** asks for an importer: it may name other authors in spaces that it created itself, and write of the past alone */
  readonly importer?: boolean
}

export interface SpaceSummary {
  readonly id: string
  readonly stream: string
  readonly name: string
  readonly visibility: 'public' | 'invite'
  readonly members: number
  readonly messages: number
  readonly head: string | null
  readonly joined: boolean
}
export interface SpaceList {
  readonly spaces: readonly SpaceSummary[]
  /** there are more: ask again with `after`; null: these were the last */
  readonly next: string | null
}

/** What the link of an invitation carries. */
export interface InvitationLink {
  readonly space: string
  readonly invitation: string
  readonly secret: string
}
export interface InvitationSummary {
  readonly space: { readonly id: string; readonly stream: string; readonly name: string; readonly members: number }
  /** who made it, as they are called in the space */
  readonly from: string
  readonly role: InvitedRole
  /** unix ms */
  readonly expiresAt: number
  /** the person is in the space */
  readonly joined: boolean
}

export interface AppendResult {
  /** in the order of the request */
  readonly results: readonly {
    readonly id: string
    readonly seq: string
    readonly receivedAt: number
    /** the server had it already; `seq` is its first one */
    readonly duplicate: boolean
  }[]
}

/** How much of a file the server has. Whoever sends it goes on from there; `done`: it is stored. */
export interface BlobReceived {
  readonly received: number
  readonly done: boolean
}

export interface StreamPage {
  readonly items: readonly SequencedEvent[]
  /** nothing lies beyond the last item; always true of `latest` and `outline` */
  readonly upToDate: boolean
  readonly head: string | null
  /** events in the stream, and how many of them lie beyond this page */
  readonly total: number
  readonly behind: number
  /** with `?names`: what the asker, the actors in `items`, their room and space are called */
  readonly names?: Readonly<Record<string, string>>
}

/** One SSE `data:` line of a tail. */
export type TailMessage =
  /** first: who the connection speaks for, and where each stream stands */
  | {
      readonly type: 'heads'
      readonly actor: string
      readonly heads: readonly StreamHead[]
      /** streams that the person could read once and may read no more */
      readonly gone: readonly string[]
    }
  /** `items` follow `after` without a gap; left out when they are large: then read them */
  | {
      readonly type: 'items'
      readonly stream: string
      readonly after: string | null
      readonly head: string
      readonly items: readonly SequencedEvent[] | null
    }
  /** the stream came (joined, created) … */
  | { readonly type: 'joined'; readonly stream: string; readonly head: string | null; readonly total: number }
  /** … or went: left, removed; nothing more of it will come */
  | { readonly type: 'gone'; readonly stream: string }
  /** who is here, and who types: of streams that a tab of the person watches */
  | PresenceTold

export interface StreamHead {
  readonly stream: string
  readonly head: string | null
  readonly total: number
}

export interface HttpFault {
  readonly code: HttpFaultCode
  readonly message: string
  /** of a refused append: which event, by place in the request and by id, and which field */
  readonly index?: number
  readonly id?: string
  readonly field?: string
  /** of CLOCK_AHEAD and CLOCK_BEHIND: the server's time, unix ms. Correct the clock, stamp the event anew, send it again */
  readonly now?: number
}

export const httpStatus = {
  MALFORMED_REQUEST: 400,
  MALFORMED_EVENT: 400,
  BAD_OFFSET: 400,
  /** `field` (`clock` or `at`) lies more than 5 minutes ahead of the server's time, or before there was such an app */
  CLOCK_AHEAD: 400,
  CLOCK_BEHIND: 400,
  INSECURE_CONTEXT: 400,
  SIGNED_OUT: 401,
  CROSS_ORIGIN: 403,
  ACTOR_MISMATCH: 403,
  NOT_A_MEMBER: 403,
  NOT_ALLOWED: 403,
  /** an admin took the person out, and they come back by no way; they may write nothing for a time */
  BANNED: 403,
  MUTED: 403,
  GUESTS_OFF: 403,
  /** this server lets nobody new in, neither as a guest nor with a passkey */
  SIGN_UP_OFF: 403,
  /** a guest asked for what takes an account with a passkey */
  ACCOUNT_NEEDED: 403,
  /** the passkey is not known, or what it signed is not what was asked for */
  PASSKEY_REFUSED: 403,
  /** the recovery code is nobody's, or was used */
  CODE_REFUSED: 403,
  /** the passkey is the person's only one, or is known here already */
  LAST_PASSKEY: 409,
  PASSKEY_KNOWN: 409,
  /** this server sends no pushes; the endpoint is another device's */
  PUSH_OFF: 403,
  PUSH_TAKEN: 409,
  /** the person is the only owner of a space with others in it */
  LAST_OWNER: 409,
  /** the link of an invitation: it names none, or its secret is another one; it was taken back, or its maker may not invite any more; … */
  INVITATION_UNKNOWN: 404,
  INVITATION_REVOKED: 410,
  INVITATION_EXPIRED: 410,
  INVITATION_USED_UP: 410,
  NOT_FOUND: 404,
  UNKNOWN_STREAM: 404,
  METHOD_NOT_ALLOWED: 405,
  /** the body came too slowly */
  TOO_SLOW: 408,
  /** another person's event has this id */
  EVENT_ID_TAKEN: 409,
  /** this person's event of this id was sent before, with other content */
  EVENT_CHANGED: 409,
  EVENT_TOO_LARGE: 413,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_TYPE: 415,
  /** the request asks for a host that this server is not */
  /** the message names a file that its author has not brought; bring it, then send the message again */
  FILE_MISSING: 409,
  /** the bytes are not those of the hash, or more than was announced */
  FILE_CHANGED: 400,
  FILE_TOO_LARGE: 413,
  /** the person's files take all the room that there is for one person */
  FILE_QUOTA: 413,
  UNKNOWN_HOST: 421,
  TOO_MANY_REQUESTS: 429,
  INTERNAL: 500,
  SHUTTING_DOWN: 503,
  /** the servers that keep the log do not answer: nothing can be taken now. Reads go on */
  LOG_SILENT: 503,
  /** nothing can be written: the disk is full, read-only or fails. Reads go on */
  STORAGE_FULL: 507,
} as const
export type HttpFaultCode = keyof typeof httpStatus
