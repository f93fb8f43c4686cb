import { useEffect, useState } from 'react'
import * as Y from 'yjs'
import { deviceBounds } from '../../../schema/device-bounds.ts'
import { pageRoot } from '../../../schema/pages/page-doc.ts'
import { useLive, useLiveChanges, type Live } from '../../live/index.ts'
import { newId } from '../events/draft-event.ts'
import { pageSchema } from './extensions.ts'
import { bringsKnown, isKnown } from './known-content.ts'
import { leftPlace } from './left-updates.ts'
import { updatePage, type PagePlace } from './page-events.ts'
import { PageSession } from './page-session.ts'
import { pageContent, updatesAfter } from './pages-query.ts'

export type OpenedPage =
  | { readonly type: 'loading' }
  | { readonly type: 'failed'; readonly error: Error }
  | { readonly type: 'editable'; readonly session: PageSession; readonly upTo: number }
  /** only shown: why, and the state that it is in */
  | { readonly type: 'shown'; readonly why: 'newer' | 'tooLarge'; readonly state: Uint8Array }

/** Opens a page for as long as it is on screen. What others write is merged in as it comes. */
export function usePageSession({ stream, actor }: PagePlace, page: string): OpenedPage {
  const live = useLive()
  const [opened, setOpened] = useState<OpenedPage>({ type: 'loading' })

  useEffect(() => {
    let left = false
    let session: PageSession | null = null
    const open = async () => {
      const [row] = (await live.client.query(pageContent, [stream, page])).rows
      if (left) return
      const [state, upTo] = row as [Uint8Array | null, number]
      if (state && state.length > deviceBounds.editedPageBytes)
        return setOpened({ type: 'shown', why: 'tooLarge', state })
      session = startSession(live, { stream, actor }, page)
      if (state) session.receive(state)
      if (state && !isKnown(pageSchema, session.doc.getXmlFragment(pageRoot)))
        return setOpened({ type: 'shown', why: 'newer', state })
      setOpened({ type: 'editable', session, upTo })
    }
    open().catch((error: Error) => !left && setOpened({ type: 'failed', error }))
    const leave = () => void session?.flush()
    const hide = () => document.visibilityState === 'hidden' && leave()
    window.addEventListener('pagehide', leave)
    document.addEventListener('visibilitychange', hide)
    return () => {
      left = true
      window.removeEventListener('pagehide', leave)
      document.removeEventListener('visibilitychange', hide)
      void session?.close()
    }
  }, [live, stream, actor, page])

  const { session, upTo } = opened.type === 'editable' ? opened : { session: null, upTo: 0 }
  const [seen] = useState(() => new WeakMap<PageSession, number>())
  useLiveChanges(session && updatesAfter(stream, page, upTo), (_, rows) => {
    if (!session) return
    const after = seen.get(session) ?? upTo
    // they come in the order of their ids
    const fresh = rows.slice(rows.findLastIndex(({ id }) => id <= after) + 1)
    for (const { id, bytes } of fresh) {
      if (!bringsKnown(pageSchema, bytes)) {
        // what is on screen stays, and what was written here is kept; of the rest the binding would delete what it does not know
        const doc = new Y.Doc()
        Y.applyUpdate(doc, Y.encodeStateAsUpdate(session.doc))
        Y.applyUpdate(doc, bytes)
        void session.flush()
        return setOpened({ type: 'shown', why: 'newer', state: Y.encodeStateAsUpdate(doc) })
      }
      seen.set(session, id)
      session.receive(bytes)
    }
  })
  return opened
}

function startSession({ client }: Live, place: PagePlace, page: string): PageSession {
  return new PageSession({
    left: leftPlace(newId(), place, page),
    write: (update) => updatePage(place, page, update),
    dispatch: (events) => client.dispatch(events),
    after: (ms, work) => {
      const timer = setTimeout(work, ms)
      return () => clearTimeout(timer)
    },
  })
}
