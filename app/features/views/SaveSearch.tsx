import { BookmarkPlus } from 'lucide-react'
import { nameFrom } from '../../../schema/events/names.ts'
import { useDispatch } from '../../live/index.ts'
import { openPanel } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { showError } from '../../shell/toasts.tsx'
import { actorOf } from '../identity/identity.ts'
import { saveView } from './view-events.ts'
import { viewsStream } from './views-query.ts'
import css from './Views.module.css'

/** Keeps a search, under its own words; what looks like SQL is taken to where a SELECT is asked. */
export function SaveSearch({ home, typed }: { home: string; typed: string }) {
  const dispatch = useDispatch()
  const me = actorOf(home)
  if (me === null) return null
  if (/^\s*(select|with)\s+\S+\s+\S/i.test(typed)) {
    return (
      <div className={css.save}>
        <Button onClick={() => openPanel({ kind: 'query', sql: typed.trim(), name: '' })}>Ask it as a SELECT</Button>
      </div>
    )
  }
  const save = async () => {
    const text = typed.trim()
    const event = saveView(viewsStream({ stream: home, me }), nameFrom(text, 'Search', 80), {
      kind: 'search',
      stream: home,
      text,
    })
    await dispatch([event])
    openPanel({ kind: 'view', view: event.id })
  }
  return (
    <div className={css.save}>
      <Button onClick={() => void save().catch(showError)}>
        <BookmarkPlus size={14} aria-hidden /> Save as a view
      </Button>
    </div>
  )
}
