import { useCallback, useEffect, useRef, useState } from 'react'
import { sql, useLive, useLiveRow, type TypedQuery } from '../../live/index.ts'
import { showError } from '../../shell/toasts.tsx'

export function draftOf(stream: string, room: string): TypedQuery<{ readonly text: string }> {
  return sql('SELECT text FROM drafts WHERE stream = ? AND room_id = ?', [stream, room])
}
export const saveDraft = `INSERT INTO drafts (stream, room_id, text, updated_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (stream, room_id) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at`
export const dropDraft = 'DELETE FROM drafts WHERE stream = ? AND room_id = ?'

const settleMs = 250

/**
 * What was written but not sent, per room or thread: kept in the database, so it outlives the tab and shows in the other
 * ones. What is being typed here wins over what arrives from there until it is saved. Mount it anew for each room.
 */
export function useDraft(stream: string, room: string) {
  const { client } = useLive()
  const { row, loading } = useLiveRow(draftOf(stream, room))
  const [text, setLocal] = useState<string | null>(null)
  const unsaved = useRef<string | null>(null)
  const saving = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)

  const save = useCallback(async () => {
    if (timer.current) clearTimeout(timer.current)
    timer.current = null
    if (saving.current) return
    saving.current = true
    try {
      // what is typed while a save is under way is saved after it
      while (unsaved.current !== null) {
        const written = unsaved.current
        if (written === '') await client.query(dropDraft, [stream, room])
        else await client.query(saveDraft, [stream, room, written, Date.now()])
        if (unsaved.current === written) unsaved.current = null
      }
    } finally {
      saving.current = false
    }
  }, [client, stream, room])

  const stored = row?.text ?? ''
  useEffect(() => {
    if (!loading && unsaved.current === null) setLocal(stored)
  }, [loading, stored])

  useEffect(() => {
    const flush = () => void save().catch(() => {})
    window.addEventListener('pagehide', flush)
    return () => {
      window.removeEventListener('pagehide', flush)
      flush()
    }
  }, [save])

  const setText = useCallback(
    (next: string, when: 'soon' | 'now' = 'soon') => {
      setLocal(next)
      unsaved.current = next
      if (when === 'now') save().catch(showError)
      else timer.current ??= setTimeout(() => save().catch(showError), settleMs)
    },
    [save],
  )
  return [text ?? '', setText] as const
}
