import { createContext, use } from 'react'
import type { TimelineRow } from '../timeline/timeline-query.ts'

/** What a person can do to a message. Stable for the life of a timeline, so that rows stay memoised. */
export interface MessageActions {
  edit(row: TimelineRow): void
  /** `body` is the whole text as it was. Rejects in words when it is refused: the editor then stays as it is. */
  saveEdit(row: TimelineRow, body: string, text: string): Promise<void>
  /** puts the editor away */
  endEdit(row: TimelineRow): void
  remove(row: TimelineRow): void
  /** asks, and then deletes it for good */
  erase(row: TimelineRow): void
  pin(row: TimelineRow, add: boolean): void
  react(row: TimelineRow, emoji: string, add: boolean): void
  reply(row: TimelineRow): void
  openThread(row: TimelineRow): void
  jumpTo(id: string): void
  retry(row: TimelineRow): void
  discard(row: TimelineRow): void
  /** opens a menu or the emoji picker beside an element */
  openMenu(row: TimelineRow, anchor: HTMLElement): void
  openEmoji(row: TimelineRow, anchor: HTMLElement): void
}

export const MessageActionsContext = createContext<MessageActions | null>(null)

export function useMessageActions(): MessageActions {
  const actions = use(MessageActionsContext)
  if (!actions) throw new Error('a message needs MessageActionsContext above it')
  return actions
}

const nothing = () => {}
/** For rows that can only be read. */
export const noActions: MessageActions = {
  edit: nothing,
  saveEdit: () => Promise.resolve(),
  endEdit: nothing,
  remove: nothing,
  erase: nothing,
  pin: nothing,
  react: nothing,
  reply: nothing,
  openThread: nothing,
  jumpTo: nothing,
  retry: nothing,
  discard: nothing,
  openMenu: nothing,
  openEmoji: nothing,
}
