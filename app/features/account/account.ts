import type { EventDraft } from '../../../schema/events/event.ts'
import { streamKind } from '../../../schema/events/streams.ts'
import type { Account, Identity } from '../../../schema/messages/http.ts'
import { sql, type TypedQuery } from '../../live/index.ts'
import { forgetScreens } from '../../kept-screen/keep-screen.ts'
import { ask, nowCalled } from '../identity/identity.ts'
import { roomMember } from '../rooms/private-room-events.ts'
import { joinSpace } from '../spaces/space-events.ts'

/** The account on the server. Each rejects with words for a person. */
export const readAccount = async (): Promise<Account> => (await (await ask('/api/account')).json()) as Account

export const removePasskey = (id: string): Promise<Account> => change('/api/account/passkeys/remove', { id })

/** `others`: all but this one */
export const signOutDevice = (session: string): Promise<Account> => change('/api/account/devices/sign-out', { session })

export async function newCodes(): Promise<readonly string[]> {
  return (await change<{ codes: readonly string[] }>('/api/account/codes')).codes
}

export async function renameMe(name: string): Promise<Identity> {
  const identity = await change<Identity>('/api/account/name', { name })
  nowCalled(identity)
  return identity
}

/** The server has the browser forget all of this site; then it is as on the first visit. */
export async function signOutHere(): Promise<void> {
  await ask('/api/sign-out?clear', { method: 'POST' })
  startAnew()
}

export async function deleteAccount(): Promise<void> {
  await ask('/api/account/delete', { method: 'POST' })
  startAnew()
}

function startAnew(): void {
  forgetScreens()
  location.replace('/')
}

async function change<T = Account>(path: string, body: object = {}): Promise<T> {
  return (await (await ask(path, { method: 'POST', body: JSON.stringify(body) })).json()) as T
}

export interface NamedIn {
  readonly stream: string
}
/** Where a person's name is said: their spaces, private rooms and direct messages. */
export function whereNamed(actor: string): TypedQuery<NamedIn> {
  return sql(`SELECT stream FROM memberships WHERE person_id = ? AND active = 1 ORDER BY stream`, [actor])
}

/** The events that say a new name everywhere. */
export function sayName(identity: Identity, places: readonly NamedIn[]): EventDraft[] {
  const { actor, name } = identity
  return places.flatMap(({ stream }) => {
    switch (streamKind(stream)) {
      case 'space':
        return [joinSpace(identity, stream)]
      case 'room':
        return [roomMember(stream, actor, { person_id: actor, name }, true)]
      default:
        return []
    }
  })
}
