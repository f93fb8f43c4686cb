import type { HttpFaultCode } from '../schema/messages/http.ts'
import type { ErrorCode } from '../schema/messages/runtime/tab.ts'

/** What a person is told where the server refused something: what is so, and what they can do. */
export const refusalWords: Readonly<Record<HttpFaultCode, string>> = {
  MALFORMED_REQUEST: 'The server did not understand this version of the app. Reload the page.',
  MALFORMED_EVENT: 'The server cannot take this change. Write it another way, or discard it.',
  BAD_OFFSET: 'The server has another history than this device. Reload the page.',
  CLOCK_AHEAD: 'The clock of this device was wrong when this was written. Retry sends it with the right time.',
  CLOCK_BEHIND: 'The clock of this device was wrong when this was written. Retry sends it with the right time.',
  INSECURE_CONTEXT: 'The server can be signed in to only under an address that begins with https://, or on localhost.',
  SIGNED_OUT: 'You are signed out. Sign in again.',
  CROSS_ORIGIN: 'The server accepts nothing from this address. Open the app at its own address.',
  ACTOR_MISMATCH: 'Somebody else is signed in in this browser now.',
  NOT_A_MEMBER: 'You are not a member here: you left, or an admin removed you.',
  NOT_ALLOWED: 'You are not allowed to do that here. An admin of the space may.',
  BANNED: 'An admin of this space banned you. You cannot come back unless an admin lifts that.',
  MUTED: 'An admin muted you here for a time. Until then you can read, and write nothing.',
  GUESTS_OFF: 'This server takes no guests. Create an account with a passkey instead.',
  SIGN_UP_OFF: 'This server does not accept new people.',
  ACCOUNT_NEEDED: 'Guests cannot do this here. Keep your account with a passkey first: click your name.',
  PASSKEY_REFUSED: 'The server did not accept this passkey. It may have been removed, or it took too long. Try again.',
  CODE_REFUSED: 'This recovery code is not valid. It may have been used already.',
  LAST_PASSKEY: 'This is your only passkey. Add another one before you remove it.',
  PASSKEY_KNOWN: 'This passkey is in use already.',
  PUSH_OFF: 'This server sends no notifications.',
  PUSH_TAKEN: 'Another device has this address for notifications. Switch them off in the browser, then on again.',
  LAST_OWNER: 'You are the only owner of a space with other members. Make somebody else an owner first.',
  INVITATION_UNKNOWN:
    'This link leads to no invitation. It may be incomplete: copy the whole link, or ask for a new one.',
  INVITATION_REVOKED: 'This invitation was taken back. Ask for a new one.',
  INVITATION_EXPIRED: 'This invitation has expired. Ask for a new one.',
  INVITATION_USED_UP: 'As many people as this invitation was for have used it. Ask for a new one.',
  NOT_FOUND: 'The server does not have what was asked for.',
  UNKNOWN_STREAM: 'The server has no such space or room, or you are not in it. It may have been set up anew.',
  METHOD_NOT_ALLOWED: 'The server did not understand this version of the app. Reload the page.',
  TOO_SLOW: 'The connection was too slow. Try again.',
  EVENT_ID_TAKEN: 'The server already has something else under this id. Discard this, and write it again.',
  EVENT_CHANGED: 'The server already has another version of this. Discard this one.',
  EVENT_TOO_LARGE: 'This is too long for the server. Make it shorter, or send it in parts.',
  BODY_TOO_LARGE: 'This is too long for the server. Make it shorter, or send it in parts.',
  UNSUPPORTED_TYPE: 'The server did not understand this version of the app. Reload the page.',
  FILE_MISSING:
    'The server does not have this file, and it is not on this device any more. Discard this, and send the file again.',
  FILE_CHANGED: 'This file was damaged on its way or on this device. Discard this, and send the file again.',
  FILE_TOO_LARGE: 'This file is too large for the server. Discard this, and send a smaller one.',
  FILE_QUOTA:
    'There is no room left for your files on this server. Erase messages with files that nobody needs, then retry.',
  UNKNOWN_HOST: 'The server is not set up for this address. Tell who runs it.',
  TOO_MANY_REQUESTS: 'That was too much at once. Wait a minute, then try again.',
  INTERNAL: 'The server has made a mistake. Try again later.',
  SHUTTING_DOWN: 'The server is being restarted. Try again in a moment.',
  LOG_SILENT: 'The server cannot store anything at the moment. What you write is sent later.',
  STORAGE_FULL: 'The server cannot store anything now. Tell who runs it, and try again later.',
}

/** The same for a code as it came, maybe of a server newer than this page. */
export function refusalOf(code: string | null | undefined): string {
  const words: Readonly<Record<string, string>> = refusalWords
  // a code may be a server's and a device's: this one is the server's
  if (code && Object.hasOwn(words, code)) return words[code]!
  return saidOf(code ?? '', 'The server did not take this.')
}

/** What a person is told where this device could not do something. */
export const failureWords: Readonly<Record<ErrorCode, string | null>> = {
  QUERY_INVALID: 'The app asked for something that it cannot have. Reload the page.',
  SQL_ERROR: 'The data on this device could not be read. Try again, or reload the page.',
  LEADER_LOST: 'Another tab took over just then. Look whether it was done; if not, try again.',
  TIMEOUT: 'That took too long. Try again.',
  // said with how much room is left
  QUOTA_EXCEEDED: null,
  INVALID_ARGUMENT: 'The app cannot do that. Reload the page, and try again.',
  // says what it is that cannot be done
  COMMAND_FAILED: null,
  UNAVAILABLE: 'The data on this device is not open yet. Try again in a moment.',
  CLOSED: 'This tab was closed just then. Reload the page.',
}

/** What went wrong, in words for a person: those for its code, or its own. */
export function wordsOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  const own = typeof message === 'string' ? message : String(error)
  return typeof code === 'string' ? saidOf(code, own) : own
}

/** Of a code of either kind; of anything else what it is to be. */
export function saidOf(code: string, otherwise: string): string {
  const words: Readonly<Record<string, string | null>> = { ...refusalWords, ...failureWords }
  return (Object.hasOwn(words, code) ? words[code] : null) ?? otherwise
}
