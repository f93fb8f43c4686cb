import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useLive, useLiveRow } from '../../live/index.ts'
import { showError } from '../../shell/toasts.tsx'
import { addToDraft, draftOf, forgetLeft, keepDraft, leaveDraft, type DraftKey } from './draft-storage.ts'

export interface Draft {
  readonly text: string
  /** what is stored is not known yet */
  readonly loading: boolean
  setText(text: string, when?: 'soon' | 'now'): void
  /** forgets it: it was sent, saved or given up */
  drop(): void
}

const settleMs = 250

/**
 * What was written but not sent or saved: kept in the database, so it outlives the tab and shows in the other ones.
 * What is being typed here wins over what arrives from there until it is saved. What is typed before the stored text is
 * here comes behind it. Mount it anew for each key.
 *
 * `original`: what the text is before anybody changes it (the message that is edited); a draft that equals it is none.
 */
export function useDraft({ stream, room }: DraftKey, original = ''): Draft {
  const key = useMemo(() => ({ stream, room }), [stream, room])
  const { client } = useLive()
  const { row, loading } = useLiveRow(draftOf(key))
  const [text, setLocal] = useState<string | null>(null)
  const unsaved = useRef<string | null>(null)
  const saving = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const isLoading = useRef(loading)
  const first = useRef(original)
  useLayoutEffect(() => {
    first.current = original
  })

  const save = useCallback(async () => {
    if (timer.current) clearTimeout(timer.current)
    timer.current = null
    if (saving.current || isLoading.current) return
    saving.current = true
    try {
      // what is typed while a save is under way is saved after it
      while (unsaved.current !== null) {
        const written = unsaved.current
        await keepDraft(client, key, written === first.current ? '' : written)
        if (unsaved.current === written) unsaved.current = null
        forgetLeft(key)
      }
    } finally {
      saving.current = false
    }
  }, [client, key])

  const change = useCallback(
    (next: string, when: 'soon' | 'now') => {
      setLocal(next)
      unsaved.current = next
      if (when === 'now') save().catch(showError)
      else timer.current ??= setTimeout(() => save().catch(showError), settleMs)
    },
    [save],
  )

  const stored = row?.text ?? original
  // before anything can be typed into what is drawn now
  useLayoutEffect(() => {
    if (loading) return
    const early = isLoading.current ? unsaved.current : null
    isLoading.current = false
    if (early !== null) change(stored + early, 'soon')
    else if (unsaved.current === null) setLocal(stored)
  }, [loading, stored, change])

  useEffect(() => {
    const leave = () => {
      if (unsaved.current === null) return
      if (isLoading.current) return leaveDraft(key, unsaved.current, first.current)
      leaveDraft(key, unsaved.current === first.current ? '' : unsaved.current)
      void save().catch(() => {})
    }
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      const early = isLoading.current ? unsaved.current : null
      if (early) unsaved.current = null
      void (early ? addToDraft(client, key, early, first.current) : save()).catch(() => {})
    }
  }, [client, save, key])

  const setText = useCallback((next: string, when: 'soon' | 'now' = 'soon') => change(next, when), [change])
  const drop = useCallback(() => change(first.current, 'now'), [change])
  return { text: text ?? (loading ? '' : stored), loading, setText, drop }
}
