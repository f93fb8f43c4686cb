import { Search } from 'lucide-react'
import { Fragment, useEffect, useState, type ReactNode } from 'react'
import { useLive } from '../../live/index.ts'
import { currentRoute, navigate } from '../../routes.ts'
import { EmptyPanel, MessageCard, PanelFrame } from '../../shell/PanelFrame.tsx'
import { showError } from '../../shell/toasts.tsx'
import { jumpElsewhere } from '../rooms/RoomPane.tsx'
import { maxHits, searchQuery, toHit, type SearchHit } from './search-query.ts'
import { parseSearch } from './search-text.ts'
import css from './SearchPanel.module.css'

type Found =
  | { readonly state: 'idle' | 'searching' }
  | { readonly state: 'found'; readonly hits: readonly SearchHit[] }
  | { readonly state: 'failed'; readonly message: string }

const settleMs = 120

/** Full-text search of the space, as one types; a hit is shown in its place. */
export function SearchPanel({ stream, text }: { stream: string; text: string }) {
  const live = useLive()
  const { client } = live
  const [typed, setTyped] = useState(text)
  const [answer, setAnswer] = useState<Found>({ state: 'idle' })
  const found: Found = parseSearch(typed) ? answer : { state: 'idle' }

  useEffect(() => {
    const search = parseSearch(typed)
    if (!search) return
    let wanted = true
    const timer = setTimeout(() => {
      const { sql, parameters } = searchQuery(stream, search)
      const route = currentRoute()
      if (route.panel?.kind === 'search')
        navigate({ ...route, panel: { kind: 'search', text: typed } }, { replace: true })
      client.query(sql, parameters).then(
        ({ rows }) => wanted && setAnswer({ state: 'found', hits: rows.map(toHit) }),
        (error: Error) => wanted && setAnswer({ state: 'failed', message: error.message }),
      )
    }, settleMs)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [client, stream, typed])

  return (
    <PanelFrame title="Search" subtitle={null}>
      <div className={css.box} role="search">
        <Search size={16} aria-hidden />
        <input
          type="search"
          aria-label="Search messages"
          placeholder="Search messages"
          // eslint-disable-next-line jsx-a11y/no-autofocus -- the panel was opened to search
          autoFocus
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <p className={css.hint}>
        <code>from:</code> <code>in:</code> <code>has:link</code> <code>"a phrase"</code> <code>-not</code>
      </p>
      <div className={css.results} aria-live="polite">
        {found.state === 'failed' && <EmptyPanel icon={Search} text={`The search failed: ${found.message}`} />}
        {found.state === 'found' && found.hits.length === 0 && (
          <EmptyPanel icon={Search} text="Nothing found. Every word must be in the message." />
        )}
        {found.state === 'found' && found.hits.length > 0 && (
          <>
            <p className={css.count}>
              {found.hits.length === maxHits
                ? `The best ${maxHits}`
                : found.hits.length === 1
                  ? '1 message'
                  : `${found.hits.length} messages`}
            </p>
            {found.hits.map((hit) => (
              <MessageCard
                key={hit.id}
                author={hit.author}
                where={hit.room}
                at={hit.at}
                onOpen={() => void jumpElsewhere(live, stream, hit.id).catch(showError)}
              >
                {highlighted(hit.excerpt)}
              </MessageCard>
            ))}
          </>
        )}
      </div>
    </PanelFrame>
  )
}

/** FTS5's marks become elements. */
function highlighted(excerpt: string): ReactNode {
  return excerpt.split('\u0002').map((piece, at) => {
    const [marked, rest] = at === 0 ? ['', piece] : splitOnce(piece)
    return (
      <Fragment key={at}>
        {marked && <mark>{marked}</mark>}
        {rest}
      </Fragment>
    )
  })
}

function splitOnce(piece: string): [string, string] {
  const end = piece.indexOf('\u0003')
  return end < 0 ? ['', piece] : [piece.slice(0, end), piece.slice(end + 1)]
}
