import type { EventDraft } from '../../../schema/events/event.ts'
import { fromBase64, toBase64 } from '../../../schema/pages/base64.ts'
import { updatePage, type PagePlace } from './page-events.ts'

/**
 * What was written into a page and is not in the database yet: kept in localStorage, at once, since a tab or its worker may end
 * at any moment. The next tab that opens takes it over.
 *
 * Law: what was written is dispatched once by the tab that wrote it, or by one that opens after it has ended. `events` are on
 * their way already, and keep their ids: whoever sends them again changes nothing.
 */
export interface Unsaved {
  readonly events: readonly EventDraft[]
  /** a Yjs update that is in no event yet */
  readonly update: Uint8Array | null
}

/** A page that is open in this tab, and its place in localStorage. */
export interface LeftPlace {
  keep(unsaved: Unsaved): void
  /** all is in the database */
  forget(): void
  /** the page is closed here */
  close(): void
}

const prefix = 'left page '

interface Stored extends PagePlace {
  readonly page: string
  readonly events: readonly EventDraft[]
  readonly update: string | null
}

export function leftPlace(session: string, place: PagePlace, page: string): LeftPlace {
  const key = prefix + session
  let release = () => {}
  // who holds it is alive
  void navigator.locks?.request(key, () => new Promise<void>((resolve) => (release = resolve)))
  return {
    keep({ events, update }) {
      const stored: Stored = { ...place, page, events, update: update && toBase64(update) }
      try {
        localStorage.setItem(key, JSON.stringify(stored))
      } catch {
        // full: it is dispatched within a second
      }
    },
    forget: () => localStorage.removeItem(key),
    close: () => release(),
  }
}

type Dispatch = (events: readonly EventDraft[]) => Promise<void>

/** Takes over what tabs that are gone have left. */
export function takeLeftUpdates(dispatch: Dispatch): void {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(prefix)) continue
    const take = () => takeOver(key, dispatch)
    if (navigator.locks) void navigator.locks.request(key, { ifAvailable: true }, (lock) => lock && take())
    else void take()
  }
}

async function takeOver(key: string, dispatch: Dispatch): Promise<void> {
  const stored = readStored(localStorage.getItem(key))
  try {
    if (stored) {
      const { stream, actor, page, events, update } = stored
      await dispatch(update === null ? events : [...events, ...updatePage({ stream, actor }, page, fromBase64(update))])
    }
  } catch (error) {
    // what the device has no room for is kept for another time; what it cannot take, it never will
    if ((error as { readonly code?: unknown }).code !== 'INVALID_ARGUMENT') return
  }
  localStorage.removeItem(key)
}

function readStored(text: string | null): Stored | null {
  try {
    const stored = JSON.parse(text ?? 'null') as Partial<Stored> | null
    const { stream, actor, page, events, update } = stored ?? {}
    const valid = [stream, actor, page].every((each) => typeof each === 'string') && Array.isArray(events)
    return valid && (update === null || typeof update === 'string') ? (stored as Stored) : null
  } catch {
    return null
  }
}
