import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { maxSearchLength } from '../../../schema/search/parse-search.ts'
import { maxHits, search, type SearchAnswer, type SearchHit } from '../../../schema/search/search.ts'
import { sql, useLive, useLiveChanges, type TypedQuery } from '../../live/index.ts'
import { wordsOf } from '../../refusal-words.ts'
import { currentRoute, navigate } from '../../routes.ts'
import { EmptyPanel, MessageCard, PanelFrame } from '../../shell/PanelFrame.tsx'
import { showError } from '../../shell/toasts.tsx'
import { useLate } from '../../shell/use-late.ts'
import { useActors } from '../identity/identity.ts'
import { jumpElsewhere } from '../timeline/jump-elsewhere.ts'
import { FilterSuggestions } from './FilterSuggestions.tsx'
import { SearchHelp } from './SearchHelp.tsx'
import css from './SearchPanel.module.css'

type Answer = SearchAnswer | { readonly type: 'failed'; readonly message: string }

const settleMs = 120

/** Full-text search of the space, as one types; a hit is shown in its place. */
export function SearchPanel({ stream, text }: { stream: string; text: string }) {
  const [typed, setTyped] = useState(text)
  const box = useRef<HTMLInputElement>(null)
  const answer = useAnswer(stream, typed)
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
        stream={stream}
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
        {answer !== null && <AnswerView stream={stream} answer={answer} />}
      </div>
    </PanelFrame>
  )
}

/** The answer to what is typed now; null while it is looked for: an earlier question's answer is never shown for it. */
function useAnswer(stream: string, typed: string): Answer | null {
  const { client } = useLive()
  const [me, myLocal] = useActors()
  const [given, setGiven] = useState<Given | null>(null)
  const changes = useChanges(stream, given?.answer ?? null)
  useEffect(() => {
    let wanted = true
    const run = async (sql: string, parameters: Parameters<typeof client.query>[1]) =>
      (await client.query(sql, parameters)).rows
    const give = (answer: Answer) => wanted && setGiven({ to: typed, changes, answer })
    const ask = () => {
      const route = currentRoute()
      const shown = typed.slice(0, maxSearchLength)
      if (route.panel?.kind === 'search')
        navigate({ ...route, panel: { kind: 'search', text: shown } }, { replace: true })
      search(run, stream, [me, myLocal], typed).then(give, (error: Error) =>
        give({ type: 'failed', message: wordsOf(error) }),
      )
    }
    const timer = setTimeout(ask, typed.trim() === '' ? 0 : settleMs)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [client, stream, typed, me, myLocal, changes])
  if (typed.trim() === '') return { type: 'idle' }
  return given?.to === typed ? given.answer : null
}

interface Given {
  readonly to: string
  /** it was given after so many changes of what was found before: after more of them it is asked for again */
  readonly changes: number
  readonly answer: Answer
}

/** Counts how often messages that were found have changed. */
function useChanges(stream: string, answer: Answer | null): number {
  const [changes, setChanges] = useState(0)
  const ids = answer?.type === 'found' ? answer.hits.map(({ id }) => id) : []
  useLiveChanges(
    ids.length > 0 ? statesOf(stream, ids) : null,
    (changed) => changed && setChanges((count) => count + 1),
  )
  return changes
}

function statesOf(stream: string, ids: readonly string[]): TypedQuery<{ readonly id: string }> {
  const places = ids.map(() => '?').join(', ')
  return sql(`SELECT id, snippet, deleted FROM timeline_items WHERE stream = ? AND id IN (${places}) ORDER BY id`, [
    stream,
    ...ids,
  ])
}

function AnswerView({ stream, answer }: { stream: string; answer: Answer }) {
  const live = useLive()
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
          {answer.hits.length === 0 && (
            <EmptyPanel icon={Search} text="Nothing found. Every word must be in the message." />
          )}
          {answer.hits.map((hit) => (
            <MessageCard
              key={hit.id}
              author={hit.author}
              where={hit.room}
              at={hit.at}
              onOpen={() => void jumpElsewhere(live, stream, hit.id).catch(showError)}
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
