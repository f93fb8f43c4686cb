import { lazy, Suspense, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react'
import { useDispatch, useLive } from '../../live/index.ts'
import { formatRoute } from '../../routes.ts'
import { showError, showToast } from '../../shell/toasts.tsx'
import type { TimelineRow } from '../timeline/timeline-query.ts'
import type { MessageActions } from './message-actions.ts'
import { deleteMessage, editMessage, pin, react, type MessagePlace } from './message-events.ts'
import { readReactions } from './reactions.ts'

const MessageOverlay = lazy(() => import('./MessageOverlay.tsx'))

export interface TimelineActionsOptions {
  readonly stream: string
  readonly space: string
  readonly room: string
  readonly me: string | null
  /** the element that scrolls: it takes the focus when a message gives it up */
  readonly viewport: RefObject<HTMLElement | null>
  /** the row as it is now; null once it is not loaded */
  rowNow(id: string): TimelineRow | null
  jumpTo(id: string): Promise<void>
  onReply(row: TimelineRow): void
  onOpenThread(row: TimelineRow): void
}

/** What a person can do to the messages of one timeline, and what that shows: the editor, the menu, the emoji picker. */
export interface TimelineActions {
  readonly actions: MessageActions
  /** the message that is being edited */
  readonly editing: string | null
  /** the message whose menu or emoji picker is open */
  readonly choosing: string | null
  /** the open menu or emoji picker */
  readonly overlay: ReactNode
  edit(id: string): void
}

export function useTimelineActions(options: TimelineActionsOptions): TimelineActions {
  const { stream, space, room, me, viewport, jumpTo } = options
  const { client } = useLive()
  const dispatch = useDispatch()
  const [editing, setEditing] = useState<string | null>(null)
  const [overlay, setOverlay] = useState<{ kind: 'menu' | 'emoji'; row: TimelineRow; anchor: HTMLElement } | null>(null)
  const place: MessagePlace | null = useMemo(() => (me ? { stream, actor: me, room } : null), [stream, me, room])
  const latest = useRef(options)
  useLayoutEffect(() => {
    latest.current = options
  })

  const actions = useMemo<MessageActions>(() => {
    const remove = (row: TimelineRow) => {
      if (!place) return
      dispatch([deleteMessage(place, row.id)]).then(() => showToast({ text: 'Message deleted' }), showError)
    }
    const endEdit = () => {
      setEditing(null)
      viewport.current?.focus({ preventScroll: true })
    }
    return {
      edit: (row) => setEditing(row.id),
      cancelEdit: endEdit,
      saveEdit: (row, text) => {
        endEdit()
        const trimmed = text.trim()
        if (!place || trimmed === row.snippet) return
        if (!trimmed) return remove(row)
        dispatch([editMessage(place, row.id, trimmed)]).catch(showError)
      },
      remove,
      pin: (row, add) => place && dispatch([pin(place, row.id, add)]).catch(showError),
      react: (row, emoji, add) => place && dispatch([react(place, row.id, emoji, add)]).catch(showError),
      reply: (row) => latest.current.onReply(row),
      openThread: (row) => latest.current.onOpenThread(row),
      jumpTo: (id) => void jumpTo(id).catch(showError),
      retry: (row) => void client.retry([row]).catch(showError),
      discard: (row) => void client.discard([row]).catch(showError),
      openMenu: (row, anchor) => setOverlay({ kind: 'menu', row, anchor }),
      openEmoji: (row, anchor) => setOverlay({ kind: 'emoji', row, anchor }),
    }
  }, [place, dispatch, client, jumpTo, viewport])

  const row = overlay ? (options.rowNow(overlay.row.id) ?? overlay.row) : null
  return {
    actions,
    editing,
    choosing: overlay?.row.id ?? null,
    edit: setEditing,
    overlay: overlay && row && place && (
      <Suspense>
        <MessageOverlay
          kind={overlay.kind}
          row={row}
          anchor={overlay.anchor}
          mine={row.author_id === me}
          link={formatRoute({ space, room, panel: null, message: row.id })}
          close={() => {
            // the row keeps the focus, and with it the buttons that it goes back to
            overlay.anchor.closest('article')?.focus({ preventScroll: true })
            setOverlay(null)
          }}
          on={{
            edit: () => actions.edit(row),
            remove: () => actions.remove(row),
            pin: (add) => actions.pin(row, add),
            react: (emoji) => {
              const had = readReactions(row.reactions, me).some((each) => each.emoji === emoji && each.mine)
              actions.react(row, emoji, !had)
            },
          }}
        />
      </Suspense>
    ),
  }
}
