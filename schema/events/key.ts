/**
 * One thing of one stream, as the key of a map: an id names something only within its stream. No id has a line break
 * (bounds.ts), so two pairs never make one key.
 */
export function keyIn(stream: string, id: string): string {
  return `${stream}\n${id}`
}

/** Names one event, wherever events of several streams are spoken of. */
export interface EventKey {
  readonly stream: string
  readonly id: string
}
