import { useCallback, useEffect, useRef } from 'react'
import { localStream, personStream, streamKind } from '../../../schema/events/streams.ts'
import { sql, useDispatch, useLiveRow, type TypedQuery } from '../../live/index.ts'
import { draftEvent } from '../events/draft-event.ts'
import { showError } from '../../shell/toasts.tsx'
import type { OrderKey } from './timeline-query.ts'

/** How far this person has read a room; joining counts as having read what was there. */
export function readUpTo(actor: string, stream: string, room: string): TypedQuery<{ readonly up_to: OrderKey }> {
  return sql(
    `SELECT max(m.joined_clock, ifnull(k.order_key, 0)) AS up_to
     FROM memberships m LEFT JOIN read_markers k ON k.actor_id = m.person_id AND k.stream = m.stream AND k.room_id = ?
     WHERE m.stream = ? AND m.person_id = ?`,
    [room, stream, actor],
  )
}

const settleMs = 400

/**
 * Marks a room read up to what was seen: only while the tab is visible and has the focus, a moment after the reader
 * came to rest, and never backwards. Returns how far it is read, and a function to say what is on screen.
 */
export function useReadMarks(place: { stream: string; room: string; actor: string | null }) {
  const { stream, room, actor } = place
  const dispatch = useDispatch()
  const { row, loading } = useLiveRow(actor ? readUpTo(actor, stream, room) : null)
  const upTo = row?.up_to ?? null
  const seen = useRef<OrderKey>(0)
  const marked = useRef<OrderKey>(0)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const latest = useRef(upTo)
  useEffect(() => {
    latest.current = upTo
  })

  const mark = useCallback(() => {
    timer.current = null
    const known = latest.current
    if (!actor || known === null || !attentive()) return
    if (seen.current <= known || seen.current <= marked.current) return
    marked.current = seen.current
    const to = streamKind(stream) === 'local' ? localStream(actor) : personStream(actor)
    const event = draftEvent('read.mark', { stream: to, actor, room, payload: { stream, upTo: String(seen.current) } })
    dispatch([event]).catch(showError)
  }, [dispatch, stream, actor, room])

  const schedule = useCallback(() => {
    timer.current ??= setTimeout(mark, settleMs)
  }, [mark])

  const onSeen = useCallback(
    (key: OrderKey) => {
      if (key <= seen.current) return
      seen.current = key
      schedule()
    },
    [schedule],
  )

  useEffect(() => {
    window.addEventListener('focus', schedule)
    document.addEventListener('visibilitychange', schedule)
    if (upTo !== null) schedule()
    return () => {
      window.removeEventListener('focus', schedule)
      document.removeEventListener('visibilitychange', schedule)
    }
  }, [schedule, upTo])
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current)
      timer.current = null
    },
    [],
  )

  return { upTo, loading, onSeen }
}

function attentive(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}
