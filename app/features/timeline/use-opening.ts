import { startTransition, useEffect, useRef, useState } from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { useLive } from '../../live/index.ts'
import { showError } from '../../shell/toasts.tsx'
import type { Start } from './scroll/scroll-core.ts'
import { savedPosition } from './timeline-position.ts'
import { firstUnread, messagePlace, type OrderKey } from './timeline-query.ts'
import type { TimelineSnapshot, TimelineWindow } from './timeline-window.ts'

/** Where a room was opened. */
export interface Opening {
  readonly room: string
  readonly start: Start
  /** up to here nothing is unread, whatever the mark says */
  readonly readUpTo: OrderKey | null
}

export interface WantedOpening {
  readonly room: string
  readonly message: string | null
  readonly me: string | null
  /** undefined while it is not known */
  readonly readUpTo: OrderKey | null | undefined
  /** the reader sees the room's end already (from the server): it stays there */
  readonly endIsShown: boolean
}

/**
 * Opens a room at the message of the address, where the reader left it, at the first unread message, or at the end: the first of
 * these that there is. Null until it is there.
 */
export function useOpening(window: TimelineWindow, wanted: WantedOpening): Opening | null {
  const { client } = useLive()
  const [opening, setOpening] = useState<Opening | null>(null)
  const goal = useRef<string | null>(null)
  const { room, message, me, readUpTo, endIsShown } = wanted
  const known = readUpTo !== undefined
  useEffect(() => {
    // a message within a room that is open is jumped to, not opened
    if (!known || (goal.current === room && message)) return
    goal.current = room
    let current = true
    const query: Query = async (text, parameters) => (await client.query(text, parameters)).rows
    openWindow(window, { room, message, me, readUpTo, endIsShown }, query)
      // drawing a room takes a while: the browser may come in between
      .then((opened) => current && startTransition(() => setOpening(opened)))
      .catch(showError)
    return () => {
      current = false
      goal.current = null
    }
    // eslint-disable-next-line react/exhaustive-deps -- message and mark matter at the opening only
  }, [window, room, client, known])
  return opening?.room === room ? opening : null
}

type Query = (sql: string, parameters: readonly (string | OrderKey | null)[]) => Promise<readonly unknown[][]>

async function openWindow(window: TimelineWindow, wanted: WantedOpening, query: Query): Promise<Opening> {
  const { room, message, me, readUpTo = null, endIsShown } = wanted
  const around = async (place: OrderKey): Promise<void> => {
    if (!window.holds(place)) await window.openAround(place)
  }
  const saved = savedPosition(keyIn(window.stream, room))
  const found = message ? (await query(messagePlace, [window.stream, message]))[0] : undefined
  let start: Start = null
  if (message && found?.[0] === room) {
    await around(found[1] as OrderKey)
    start = { key: message, spot: 'middle' }
  } else if (saved) {
    await around(saved.place)
    // the message may be gone: then the one that stands in its place
    const { rows } = window.get()
    const row = rows.find(({ id }) => id === saved.anchor.key) ?? rows.find((each) => each.order_key >= saved.place)
    if (row) start = { key: row.id, top: saved.anchor.top }
  } else await (window.get().hasNewer ? window.openAtEnd() : window.ensureOpen())

  if (readUpTo === null || me === null) return { room, start, readUpTo }
  const loaded = unreadIn(window.get(), readUpTo, me)
  const unread = loaded.known ? loaded.unread : (await query(firstUnread, [window.stream, room, readUpTo, me]))[0]
  if (!unread) return { room, start, readUpTo: window.get().rows.at(-1)?.order_key ?? readUpTo }
  const [id, place] = unread as [string, OrderKey]
  if (!start && !endIsShown) {
    await around(place)
    start = { key: id, spot: 'upper' }
  }
  // what lies between the mark and the first unread message is mine, or gone
  return { room, start, readUpTo: BigInt(place) - 1n }
}

/** The first unread message, where the loaded rows can tell. */
function unreadIn({ rows, hasOlder, hasNewer }: TimelineSnapshot, readUpTo: OrderKey, me: string) {
  if (hasOlder && (rows[0]?.order_key ?? 0) > readUpTo) return { known: false as const }
  const row = rows.find((each) => each.order_key > readUpTo && each.author_id !== me && each.deleted === 0)
  if (!row && hasNewer) return { known: false as const }
  return { known: true as const, unread: row && [row.id, row.order_key] }
}
