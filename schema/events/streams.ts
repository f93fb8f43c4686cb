/**
 * A stream is one ordered log: a space's, a person's own, or one that lives on this device alone (never uploaded).
 * The name says which: `space:<id>`, `person:<actor>`, `local:<id>`.
 */
export type StreamKind = 'space' | 'person' | 'local'
export const spaceStream = (spaceId: string): string => `space:${spaceId}`
export const personStream = (actor: string): string => `person:${actor}`
export const localStream = (spaceId: string): string => `local:${spaceId}`

export function streamKind(stream: string): StreamKind | null {
  const kind = stream.slice(0, stream.indexOf(':'))
  return kind === 'space' || kind === 'person' || kind === 'local' ? kind : null
}
/** The space id of a space's or a local stream; the actor of a person's. */
export function streamOwner(stream: string): string {
  return stream.slice(stream.indexOf(':') + 1)
}
/** The demo's id says that it never left this device; addresses name a space by its id alone. */
export function isLocalSpace(spaceId: string): boolean {
  return spaceId.startsWith('demo-')
}
export function streamOfSpace(spaceId: string): string {
  return isLocalSpace(spaceId) ? localStream(spaceId) : spaceStream(spaceId)
}
