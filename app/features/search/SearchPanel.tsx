import { Search } from 'lucide-react'
import { useRef, useState } from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { maxSearchLength } from '../../../schema/search/parse-search.ts'
import type { SearchHit } from '../../../schema/search/search.ts'
import { maxHits } from '../../../schema/search/search-sql.ts'
import { useLive } from '../../live/index.ts'
import { currentRoute, navigate } from '../../routes.ts'
import { EmptyPanel, MessageCard, PanelFrame } from '../../shell/PanelFrame.tsx'
import { showError } from '../../shell/toasts.tsx'
import { useLate } from '../../shell/use-late.ts'
import { PagesFound } from '../pages/PagesFound.tsx'
import { jumpElsewhere } from '../timeline/jump-elsewhere.ts'
import { SaveSearch } from '../views/SaveSearch.tsx'
import { FilterSuggestions } from './FilterSuggestions.tsx'
import { SearchHelp } from './SearchHelp.tsx'
import css from './SearchPanel.module.css'
import { useAnswer, type Answer } from './use-answer.ts'

/**
 * Full-text search as one types and as messages come; a hit is shown in its place. `home`: a space's stream, for all of its public
 * rooms, or that of one private room.
 */
export function SearchPanel({ home, text }: { home: string; text: string }) {
  const [typed, setTyped] = useState(text)
  const box = useRef<HTMLInputElement>(null)
  const answer = useAnswer(home, typed, showInAddress)
  const late = useLate(answer === null, 400)
  return (
    <PanelFrame kind="search" subtitle={null}>
      <div className={css.box} role="search">
        <Search size={16} aria-hidden />
        <input
          ref={box}
          type="search"
          aria-label="Search messages"
          placeholder="Search messages"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <FilterSuggestions
        home={home}
        typed={typed}
        choose={(chosen) => {
          setTyped(chosen)
          box.current?.focus()
        }}
      />
      <div className={css.results} aria-busy={answer === null}>
        <p className={css.count} role="status">
          {answer === null ? late && 'Searching…' : answer.type === 'found' && countOf(answer.hits, answer.more)}
        </p>
        {answer?.type === 'found' && <SaveSearch home={home} typed={typed} />}
        <SearchAnswer home={home} typed={typed} answer={answer} />
      </div>
    </PanelFrame>
  )
}

function showInAddress(typed: string): void {
  const route = currentRoute()
  if (route.panel?.kind !== 'search') return
  navigate({ ...route, panel: { kind: 'search', text: typed.slice(0, maxSearchLength) } }, { replace: true })
}

/** What was found, live; nothing while it is looked for. */
export function SearchAnswer({ home, typed, answer }: { home: string; typed: string; answer: Answer | null }) {
  const live = useLive()
  if (answer === null) return null
  switch (answer.type) {
    case 'idle':
      return <SearchHelp />
    case 'problem':
      return <EmptyPanel icon={Search} text={answer.sentence} />
    case 'failed':
      return <EmptyPanel icon={Search} text={`The search failed. ${answer.message}`} />
    case 'found':
      return (
        <>
          {answer.notes.map((note) => (
            <p key={note} className={css.note}>
              {note}
            </p>
          ))}
          <PagesFound
            home={home}
            typed={typed}
            none={
              answer.hits.length === 0 && (
                <EmptyPanel icon={Search} text="Nothing found. Every word must be in the message." />
              )
            }
          />
          {answer.hits.map((hit) => (
            <MessageCard
              key={keyIn(hit.stream, hit.id)}
              author={hit.author}
              where={hit.room}
              at={hit.at}
              onOpen={() => void jumpElsewhere(live, hit.stream, hit.id).catch(showError)}
            >
              {hit.excerpt.map(({ text, marked }, at) => (marked ? <mark key={at}>{text}</mark> : text))}
            </MessageCard>
          ))}
        </>
      )
  }
}

function countOf(hits: readonly SearchHit[], more: boolean): string {
  if (hits.length === 0) return ''
  if (more) return `The newest ${Math.min(hits.length, maxHits)}`
  return hits.length === 1 ? '1 message' : `${hits.length} messages, newest first`
}
