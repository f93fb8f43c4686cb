import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import { useLive } from '../../live/index.ts'
import { showError } from '../../shell/toasts.tsx'
import { firstUnread, messagePlace, type OrderKey } from './timeline-query.ts'
import type { TimelineWindow } from './timeline-window.ts'
import type { Opening } from './use-opening.ts'
import type { TimelineScroll } from './use-timeline-scroll.ts'

interface Options {
  readonly stream: string
  readonly room: string
  readonly me: string | null
  /** of the address */
  readonly message: string | null
  readonly opening: Opening
  readonly window: TimelineWindow
  readonly scroll: TimelineScroll
  /** how far it is read, null for who is no member */
  upTo(): OrderKey | null
  /** the message is in another room */
  onJump(message: string): void
}

export interface Jumps {
  jumpTo(message: string): Promise<void>
  toEnd(): void
  toUnread(): Promise<void>
  /** the message that was jumped to, for a moment */
  readonly highlighted: string | null
}

const highlightMs = 2500

/** Brings the reader to a message, to the end, or to what is unread, and loads what is there. */
export function useJumps(options: Options): Jumps {
  const { client } = useLive()
  const { message } = options
  const [highlighted, setHighlighted] = useState<string | null>(null)
  const latest = useRef(options)
  useLayoutEffect(() => {
    latest.current = options
  })

  /** The newest goal wins: what was still being looked for is dropped. */
  const goals = useRef(0)
  const newGoal = useCallback(() => {
    const mine = ++goals.current
    return () => goals.current === mine
  }, [])

  /** Where it fails, the reader is told, and can go on from where the timeline stands. */
  const bring = useCallback(async (loading: Promise<void>) => {
    const { window, scroll } = latest.current
    await loading
    const { status, error } = window.get()
    if (status !== 'error') return
    scroll.stay()
    throw error
  }, [])

  const jumpTo = useCallback(
    async (id: string) => {
      const isWanted = newGoal()
      const { stream, room } = latest.current
      const found = (await client.query(messagePlace, [stream, id])).rows[0]
      if (!isWanted()) return
      const { window, scroll, onJump } = latest.current
      if (found?.[0] !== room) return onJump(id)
      const place = found[1] as OrderKey
      scroll.jump(id, 'middle')
      setHighlighted(id)
      if (!window.holds(place)) await bring(window.openAround(place))
    },
    [client, bring, newGoal],
  )

  const toEnd = useCallback(() => {
    newGoal()
    const { window, scroll } = latest.current
    scroll.toEnd()
    if (window.get().hasNewer) bring(window.openAtEnd()).catch(showError)
  }, [bring, newGoal])

  const toUnread = useCallback(async () => {
    const { stream, room, me, window, scroll, upTo: readUpTo } = latest.current
    const upTo = readUpTo()
    if (me === null || upTo === null) return
    const isWanted = newGoal()
    const found = (await client.query(firstUnread, [stream, room, upTo, me])).rows[0] as [string, OrderKey] | undefined
    if (!found || !isWanted()) return
    scroll.jump(found[0], 'upper')
    if (!window.holds(found[1])) await bring(window.openAround(found[1]))
    scroll.viewport.current?.focus({ preventScroll: true })
  }, [client, bring, newGoal])

  const opened = useRef(false)
  const follow = useEffectEvent((id: string) => {
    const isThere = !opened.current && options.opening.start?.key === id
    if (isThere) setHighlighted(id)
    else jumpTo(id).catch(showError)
  })
  useEffect(() => {
    if (message) follow(message)
    opened.current = true
  }, [message])

  useEffect(() => {
    if (!highlighted) return
    const timer = setTimeout(() => setHighlighted(null), highlightMs)
    return () => clearTimeout(timer)
  }, [highlighted])

  return { jumpTo, toEnd, toUnread, highlighted }
}
