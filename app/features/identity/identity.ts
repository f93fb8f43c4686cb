import { useSyncExternalStore } from 'react'
import { streamKind } from '../../../schema/events/streams.ts'
import type { HttpFault, Identity } from '../../../schema/messages/http.ts'
import { refusalOf } from '../../refusal-words.ts'

/**
 * Who this device is. The server's cookie is what counts there; the copy in localStorage lets the app open offline.
 * Streams that live on this device alone have an identity of their own, which needs no server.
 */
export const localActor = 'you'

const storageKey = 'identity'
const listeners = new Set<() => void>()
let identity: Identity | null = readStored()

export function useIdentity(): Identity | null {
  return useSyncExternalStore(subscribeIdentity, getIdentity, getIdentity)
}

export function getIdentity(): Identity | null {
  return identity
}

export function subscribeIdentity(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The actor who writes to a stream: the signed-in person, or this device's own for a local stream. */
export function actorOf(stream: string): string | null {
  return streamKind(stream) === 'local' ? localActor : (identity?.actor ?? null)
}

/** Everybody that this device speaks for, as two parameters of SQL (`IN (?, ?)`). */
export function useActors(): readonly [string, string] {
  return [useIdentity()?.actor ?? localActor, localActor]
}

/** Signs in as a guest under this name, or keeps the identity that there is. Rejects with words for a person. */
export async function signInAsGuest(name: string): Promise<Identity> {
  if (identity) return identity
  const response = await ask('/api/guest', { method: 'POST', body: JSON.stringify({ name }) })
  return keep((await response.json()) as Identity)
}

/** The server's cookie is this person's from now on; what waited for a sign-in goes on, also if it was theirs before. */
export function signedInAs(next: Identity): void {
  identity = null
  tell()
  keep(next)
}

/** The same person has another name. */
export function nowCalled(next: Identity): void {
  keep(next)
}

/** Asks the server who it takes us for; offline nothing changes. */
export async function refreshIdentity(): Promise<void> {
  const response = await fetch('/api/me', { signal: AbortSignal.timeout(patienceMs) }).catch(() => null)
  if (!response) return
  if (response.ok && isJson(response)) keep((await response.json()) as Identity)
}

/** a server that says nothing is one that cannot be reached */
const patienceMs = 30_000

/** A request to the sync server whose failure reads well. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = init.body ? { 'content-type': 'application/json' } : undefined
  const signal = init.signal ?? AbortSignal.timeout(patienceMs)
  const response = await fetch(path, { ...init, signal, ...(headers && { headers }) }).catch(() => null)
  if (!response || response.status === 502 || response.status === 504 || (response.ok && !answers(response))) {
    throw new Error('The server cannot be reached. Check the connection and try again; the demo works without it.')
  }
  if (!response.ok) throw new Error(await faultOf(response))
  return response
}

async function faultOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { error?: HttpFault } | null
  return body?.error ? refusalOf(body.error.code) : `The server answered with an error (${response.status}).`
}

function keep(next: Identity): Identity {
  if (next.actor === identity?.actor && next.name === identity.name) return identity
  identity = { actor: next.actor, name: next.name }
  localStorage.setItem(storageKey, JSON.stringify(identity))
  tell()
  return identity
}

function tell(): void {
  for (const listener of listeners) listener()
}

function readStored(): Identity | null {
  try {
    const stored = JSON.parse(localStorage.getItem(storageKey) ?? 'null') as Partial<Identity> | null
    return typeof stored?.actor === 'string' && typeof stored.name === 'string' ? (stored as Identity) : null
  } catch {
    return null
  }
}

/** What a server of ours says, and not a page that a network shows instead. */
const answers = (response: Response): boolean => response.status === 204 || isJson(response)

function isJson(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').includes('json')
}
