/**
 * What a batch has touched and its end must fold again: so a message with ten new reactions in one batch is
 * recomputed once.
 */
export interface Dirty {
  readonly spaces: Set<string>
  readonly members: Map<string, readonly [stream: string, person: string]>
  readonly rooms: Set<string>
  /** message → its fields that have new facts */
  readonly messages: Map<string, Set<string>>
  /** page → the Yjs updates that the batch brings; `rebuild` when one was taken back */
  readonly pages: Map<string, { updates: { stream: string; bytes: Uint8Array }[]; rebuild: boolean }>
  readonly markers: Map<string, readonly [stream: string, room: string]>
  /** room or thread → what the batch adds to it; `recount` when something left it */
  readonly timelines: Map<string, { added: number; lastAt: number; recount: boolean }>
}

export function nothingDirty(): Dirty {
  return {
    spaces: new Set(),
    members: new Map(),
    rooms: new Set(),
    messages: new Map(),
    pages: new Map(),
    markers: new Map(),
    timelines: new Map(),
  }
}

/** Marks the row that a fact of `field` is folded into. */
export function markField(dirty: Dirty, entity: string, stream: string, field: string): void {
  const kind = field.slice(0, field.indexOf('.'))
  if (kind === 'message') markMessage(dirty, entity, field)
  else if (kind === 'room') dirty.rooms.add(entity)
  else if (kind === 'member') dirty.members.set(`${stream} ${entity}`, [stream, entity])
  else if (kind === 'space') dirty.spaces.add(entity)
  else if (kind === 'page') touchPage(dirty, entity)
  else dirty.markers.set(`${stream} ${entity}`, [stream, entity])
}

export function markMessage(dirty: Dirty, message: string, field: string): void {
  const fields = dirty.messages.get(message)
  if (fields) fields.add(field)
  else dirty.messages.set(message, new Set([field]))
}

export function touchTimeline(dirty: Dirty, timeline: string): { added: number; lastAt: number; recount: boolean } {
  let touched = dirty.timelines.get(timeline)
  if (!touched) dirty.timelines.set(timeline, (touched = { added: 0, lastAt: 0, recount: false }))
  return touched
}

export function touchPage(dirty: Dirty, page: string) {
  let touched = dirty.pages.get(page)
  if (!touched) dirty.pages.set(page, (touched = { updates: [], rebuild: false }))
  return touched
}
