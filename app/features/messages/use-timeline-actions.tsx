import { lazy, Suspense, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { focusSoon } from '../../focus/focus-soon.ts'
import { editorOf, rowOf, writingPlace } from '../../focus/places.ts'
import { useDispatch, useLive } from '../../live/index.ts'
import { currentRoute, formatRoute, type Route } from '../../routes.ts'
import { showError, showToast } from '../../shell/toasts.tsx'
import { dropFiles } from '../files/device-files.ts'
import { draftOf, editKey, keepDraft } from '../composer/draft-storage.ts'
import { lengthFault } from '../composer/write-message.ts'
import { messageBody, type TimelineRow } from '../timeline/timeline-query.ts'
import type { MessageActions } from './message-actions.ts'
import {
  deleteMessage,
  editMessage,
  eraseMessage,
  pin,
  react,
  restoreMessage,
  type MessagePlace,
} from './message-events.ts'
import { readReactions } from './reactions.ts'
import { useOpenEdits } from './use-open-edits.ts'

const MessageOverlay = lazy(() => import('./MessageOverlay.tsx'))
const EraseDialog = lazy(() => import('./EraseDialog.tsx'))

export interface TimelineActionsOptions {
  readonly stream: string
  readonly space: string
  readonly room: string
  readonly where: 'room' | 'thread'
  readonly me: string | null
  /** the row as it is now; null once it is not loaded */
  rowNow(id: string): TimelineRow | null
  jumpTo(id: string): Promise<void>
  onReply(row: TimelineRow): void
  onOpenThread(row: TimelineRow): void
}

/** What a person can do to the messages of one timeline, and what that shows: the editor, the menu, the emoji picker. */
export interface TimelineActions {
  readonly actions: MessageActions
  isEditing(id: string): boolean
  /** the message whose menu or emoji picker is open */
  readonly choosing: string | null
  /** the open menu or emoji picker */
  readonly overlay: ReactNode
  /** from the composer: that is where the focus goes back to */
  editFromComposer(id: string): void
}

export function useTimelineActions(options: TimelineActionsOptions): TimelineActions {
  const { stream, space, room, where, me, jumpTo } = options
  const { client } = useLive()
  const dispatch = useDispatch()
  const edits = useOpenEdits(stream)
  const { begin, end } = edits
  const fromComposer = useRef<string | null>(null)
  /** notices of messages that were just deleted */
  const notices = useRef(new Map<string, () => void>())
  const [overlay, setOverlay] = useState<{ kind: 'menu' | 'emoji'; row: TimelineRow; anchor: HTMLElement } | null>(null)
  const [erasing, setErasing] = useState<TimelineRow | null>(null)
  const place: MessagePlace | null = useMemo(() => (me ? { stream, actor: me, room } : null), [stream, me, room])
  const latest = useRef(options)
  useLayoutEffect(() => {
    latest.current = options
  })

  const actions = useMemo<MessageActions>(() => {
    const toRow = (id: string) => focusSoon(() => rowOf(id))
    const remove = (row: TimelineRow) => {
      if (!place) return
      const restore = () => {
        dispatch([restoreMessage(place, row.id)]).catch(showError)
        toRow(row.id)
      }
      toRow(row.id)
      // at once: who takes it back may not wait for the answer
      const unsay = showToast({ text: 'Message deleted.', undo: restore })
      notices.current.set(row.id, unsay)
      dispatch([deleteMessage(place, row.id)]).then(
        () => void keepDraft(client, editKey(row), '').catch(showError),
        (error: unknown) => {
          unsay()
          showError(error)
        },
      )
    }
    const discard = async (row: TimelineRow) => {
      const [body] = await read(client, messageBody(row))
      await client.discard([row])
      if (row.files !== null) void dropFiles(row.stream, row.id)
      if (!body) return
      const putBack = async () => {
        const [draft] = await read(client, draftOf({ stream, room }))
        await keepDraft(client, { stream, room }, [draft, body].filter(Boolean).join('\n'))
        focusSoon(writingPlace(where))
      }
      showToast({ text: 'Message discarded.', undo: () => void putBack().catch(showError) })
    }
    return {
      edit: (row) => {
        fromComposer.current = null
        begin(row.id)
        focusSoon(() => editorOf(row.id), { typing: true })
      },
      endEdit: (row) => {
        end(row.id)
        if (fromComposer.current === row.id) focusSoon(writingPlace(where))
        else toRow(row.id)
        fromComposer.current = null
      },
      saveEdit: async (row, body, text) => {
        const written = text.trim()
        if (!place || written === body.trim()) return
        if (!written) return remove(row)
        const fault = lengthFault(written)
        if (fault) throw new Error(fault)
        await dispatch([editMessage(place, row.id, written)])
      },
      remove,
      erase: setErasing,
      pin: (row, add) => place && dispatch([pin(place, row.id, add)]).catch(showError),
      react: (row, emoji, add) => {
        if (!place) return
        // with the last one its button goes
        if (!add) toRow(row.id)
        dispatch([react(place, row.id, emoji, add)]).catch(showError)
      },
      reply: (row) => latest.current.onReply(row),
      openThread: (row) => latest.current.onOpenThread(row),
      jumpTo: (id) => {
        jumpTo(id).catch(showError)
        focusSoon(() => rowOf(id), { within: 6000, redrawn: true })
      },
      retry: (row) => void client.retry([row]).catch(showError),
      discard: (row) => void discard(row).catch(showError),
      openMenu: (row, anchor) => setOverlay({ kind: 'menu', row, anchor }),
      openEmoji: (row, anchor) => setOverlay({ kind: 'emoji', row, anchor }),
    }
  }, [place, dispatch, client, jumpTo, begin, end, stream, room, where])

  const endErasing = (row: TimelineRow) => {
    setErasing(null)
    focusSoon(() => rowOf(row.id))
  }
  const erase = (row: TimelineRow) => {
    endErasing(row)
    if (!place) return
    notices.current.get(row.id)?.() // there is no undo any more
    dispatch([eraseMessage(place, row.id)]).then(() => {
      showToast({ text: 'Message deleted for good.' })
      void keepDraft(client, editKey(row), '').catch(showError)
    }, showError)
  }
  const row = overlay ? (options.rowNow(overlay.row.id) ?? overlay.row) : null
  return {
    actions,
    isEditing: edits.isEditing,
    choosing: overlay?.row.id ?? null,
    editFromComposer: (id) => {
      begin(id)
      fromComposer.current = id
      focusSoon(() => editorOf(id), { typing: true })
    },
    overlay: erasing ? (
      <Suspense>
        <EraseDialog erase={() => erase(erasing)} close={() => endErasing(erasing)} />
      </Suspense>
    ) : overlay && row && place ? (
      <Suspense>
        <MessageOverlay
          kind={overlay.kind}
          row={row}
          anchor={overlay.anchor}
          mine={row.author_id === me}
          link={formatRoute({ space, message: row.id, ...linkTo(where, room) })}
          close={() => {
            setOverlay(null)
            focusSoon(() => rowOf(row.id))
          }}
          on={{
            edit: () => actions.edit(row),
            remove: () => actions.remove(row),
            erase: () => actions.erase(row),
            pin: (add) => actions.pin(row, add),
            react: (emoji) => {
              const had = readReactions(row.reactions, me).some((each) => each.emoji === emoji && each.mine)
              actions.react(row, emoji, !had)
            },
          }}
        />
      </Suspense>
    ) : null,
  }
}

/** A thread is shown beside the room that it hangs in. */
function linkTo(where: 'room' | 'thread', room: string): Partial<Route> {
  return where === 'room' ? { room } : { room: currentRoute().room, panel: { kind: 'thread', thread: room } }
}

/** The first column of a query that has one. */
async function read(
  client: ReturnType<typeof useLive>['client'],
  query: { readonly sql: string; readonly parameters: readonly unknown[] },
): Promise<string[]> {
  const { rows } = await client.query(query.sql, query.parameters as never)
  return rows.map(([text]) => text as string)
}
