import type { Route } from '../routes.ts'

/** Where the focus goes when the address changes. */
export type FocusGoal =
  | { readonly type: 'Stay' }
  /** the message that was jumped to */
  | { readonly type: 'Message'; readonly message: string }
  /** where one writes */
  | { readonly type: 'Write'; readonly where: 'room' | 'thread' | 'page' }
  | { readonly type: 'Panel' }
  | { readonly type: 'Inspector' }
  /** a panel or the inspector was closed: to what opened it */
  | { readonly type: 'Back' }
  /** the list of rooms, which is a screen of its own on a phone: to the room that was left */
  | { readonly type: 'Rooms'; readonly left: string | null }

/** `before` is null when the app has just opened. */
export function focusAfter(before: Route | null, now: Route): FocusGoal {
  const moved = before?.space !== now.space || before.room !== now.room
  const panel = JSON.stringify(before?.panel ?? null) !== JSON.stringify(now.panel)
  if (now.message && (moved || panel || before.message !== now.message))
    return { type: 'Message', message: now.message }
  if (panel && now.panel) {
    if (now.panel.kind === 'thread') return { type: 'Write', where: 'thread' }
    // a search is told by the address as it is typed
    if (now.panel.kind !== before?.panel?.kind) return { type: 'Panel' }
  }
  // an address that says it opens with the app, which begins where one writes
  if (before && now.inspect && !before.inspect) return { type: 'Inspector' }
  if (now.page && before?.page !== now.page) return { type: 'Write', where: 'page' }
  if (before?.page && !now.page && now.room) return { type: 'Write', where: 'room' }
  if (moved) return now.room ? { type: 'Write', where: 'room' } : { type: 'Rooms', left: before?.room ?? null }
  const closed = (panel && !now.panel) || (before?.inspect && !now.inspect)
  return closed ? { type: 'Back' } : { type: 'Stay' }
}
