import { startTransition, useEffect, useEffectEvent, useRef, useState } from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { useLive } from '../../live/index.ts'
import { showError } from '../../shell/toasts.tsx'
import type { Start } from './scroll/scroll-core.ts'
import { savedPosition, type TimelinePosition } from './timeline-position.ts'
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
  // a room that is warm is drawn in the frame of the click
  const [atOnce] = useState(() => openAtOnce(window, wanted))
  const [opening, setOpening] = useState(atOnce)
  const goal = useRef(atOnce?.room ?? null)
  const { room, readUpTo } = wanted
  const known = readUpTo !== undefined
  // message and mark matter as they are when it opens
  const open = useEffectEvent((at: TimelineWindow, query: Query) => openWindow(at, wanted, query))
  useEffect(() => {
    // a message within a room that is open is jumped to, not opened
    if (!known || goal.current === room) return
    goal.current = room
    let current = true
    const query: Query = async (text, parameters) => (await client.query(text, parameters)).rows
    open(window, query)
      // drawing a room takes a while: the browser may come in between
      .then((opened) => current && startTransition(() => setOpening(opened)))
      .catch(showError)
    return () => {
      current = false
      goal.current = null
    }
  }, [window, room, client, known])
  return opening?.room === room ? opening : null
}

type Query = (sql: string, parameters: readonly (string | OrderKey | null)[]) => Promise<readonly unknown[][]>
type Unread = readonly [id: string, place: OrderKey]

/** Null when something must be asked or loaded first. */
function openAtOnce(window: TimelineWindow, wanted: WantedOpening): Opening | null {
  const { room, message, me, readUpTo } = wanted
  const snapshot = window.get()
  if (message || readUpTo === undefined || snapshot.status !== 'ready') return null
  const saved = savedPosition(keyIn(window.stream, room))
  if (saved ? !window.holds(saved.place) : snapshot.hasNewer) return null
  const unread = unreadIn(snapshot, readUpTo, me)
  return unread && openingAt(wanted, snapshot, saved && startAt(snapshot, saved), unread.first)
}

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
    start = startAt(window.get(), saved)
  } else await (window.get().hasNewer ? window.openAtEnd() : window.ensureOpen())

  const ask = async () => (await query(firstUnread, [window.stream, room, readUpTo, me]))[0] as Unread | undefined
  const loaded = unreadIn(window.get(), readUpTo, me)
  const unread = loaded ? loaded.first : await ask()
  if (unread && !start && !endIsShown) await around(unread[1])
  return openingAt(wanted, window.get(), start, unread)
}

function openingAt(
  wanted: WantedOpening,
  { rows }: TimelineSnapshot,
  start: Start,
  unread: Unread | undefined,
): Opening {
  const { room, readUpTo = null, endIsShown } = wanted
  if (readUpTo === null) return { room, start, readUpTo }
  if (!unread) return { room, start, readUpTo: rows.at(-1)?.order_key ?? readUpTo }
  const [key, place] = unread
  // what lies between the mark and the first unread message is mine, or gone
  return { room, start: start ?? (endIsShown ? null : { key, spot: 'upper' }), readUpTo: BigInt(place) - 1n }
}

/** The message that the reader was at; where it is gone, the one that stands in its place. */
function startAt({ rows }: TimelineSnapshot, { anchor, place }: TimelinePosition): Start {
  const row = rows.find(({ id }) => id === anchor.key) ?? rows.find((each) => each.order_key >= place)
  return row ? { key: row.id, top: anchor.top } : null
}

/** The first unread message, where the loaded rows can tell. */
function unreadIn(
  { rows, hasOlder, hasNewer }: TimelineSnapshot,
  readUpTo: OrderKey | null,
  me: string | null,
): { readonly first: Unread | undefined } | null {
  if (readUpTo === null || me === null) return { first: undefined }
  if (hasOlder && (rows[0]?.order_key ?? 0) > readUpTo) return null
  const row = rows.find((each) => each.order_key > readUpTo && each.author_id !== me && each.deleted === 0)
  if (!row) return hasNewer ? null : { first: undefined }
  return { first: [row.id, row.order_key] }
}
