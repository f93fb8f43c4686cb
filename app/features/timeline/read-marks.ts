import { useCallback, useEffect, useRef } from 'react'
import { homeStream, localStream, personStream, streamKind } from '../../../schema/events/streams.ts'
import { sql, useDispatch, useLiveRow, type TypedQuery } from '../../live/index.ts'
import { draftEvent } from '../events/draft-event.ts'
import { showError } from '../../shell/toasts.tsx'
import type { OrderKey } from './timeline-query.ts'

/** How far this person has read a room; joining counts as having read what was there. */
export function readUpTo(actor: string, stream: string, room: string): TypedQuery<{ readonly up_to: OrderKey }> {
  return sql(
    `SELECT max(m.joined_clock, ifnull(k.order_key, 0)) AS up_to
     FROM memberships m LEFT JOIN read_markers k ON k.actor_id = m.person_id AND k.stream = ? AND k.room_id = ?
     WHERE m.stream = ? AND m.person_id = ?`,
    [stream, room, homeStream(stream), actor],
  )
}

const settleMs = 400

export interface ReadMarks {
  /** read up to here, in any tab or device; null for who is no member */
  readonly upTo: OrderKey | null
  readonly loading: boolean
  /** everything up to here was read: written down a moment later, at once where somebody says so, and never backwards */
  mark(upTo: OrderKey, when?: 'soon' | 'now'): void
}

/** Writes down how far a room is read. What counts as read is for ReadFrontier to say. */
export function useReadMarks(place: { stream: string; room: string; actor: string | null }): ReadMarks {
  const { stream, room, actor } = place
  const dispatch = useDispatch()
  const { row, loading } = useLiveRow(actor ? readUpTo(actor, stream, room) : null)
  const upTo = row?.up_to ?? null
  const wanted = useRef<OrderKey>(0)
  const marked = useRef<OrderKey>(0)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const known = useRef(upTo)
  useEffect(() => {
    known.current = upTo
  })

  const write = useCallback(() => {
    timer.current = null
    if (!actor || known.current === null || wanted.current <= known.current || wanted.current <= marked.current) return
    marked.current = wanted.current
    const to = streamKind(stream) === 'local' ? localStream(actor) : personStream(actor)
    const event = draftEvent('read.mark', {
      stream: to,
      actor,
      room,
      payload: { stream, upTo: String(wanted.current) },
    })
    dispatch([event]).catch(showError)
  }, [dispatch, stream, actor, room])

  const mark = useCallback(
    (to: OrderKey, when: 'soon' | 'now' = 'soon') => {
      if (to > wanted.current) {
        wanted.current = to
        timer.current ??= setTimeout(write, settleMs)
      }
      if (when === 'soon' || timer.current === null) return
      clearTimeout(timer.current)
      write()
    },
    [write],
  )
  // what was read is read, also by who leaves at once
  useEffect(
    () => () => {
      if (timer.current === null) return
      clearTimeout(timer.current)
      write()
    },
    [write],
  )

  return { upTo, loading, mark }
}

/** The tab is in front, and the window has the focus. */
export function attentive(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

/** Tells when the reader turns to the window, and away from it. */
export function useAttention(onChange: (attentive: boolean) => void): void {
  const latest = useRef(onChange)
  useEffect(() => {
    latest.current = onChange
  })
  useEffect(() => {
    const tell = () => latest.current(attentive())
    window.addEventListener('focus', tell)
    window.addEventListener('blur', tell)
    document.addEventListener('visibilitychange', tell)
    return () => {
      window.removeEventListener('focus', tell)
      window.removeEventListener('blur', tell)
      document.removeEventListener('visibilitychange', tell)
    }
  }, [])
}
