import { MessageSquareQuote } from 'lucide-react'
import { useEffect, useReducer, useState } from 'react'
import { bounds } from '../../../schema/events/bounds.ts'
import { atLeast, type Role } from '../../../schema/rights/roles.ts'
import { useDispatch, useLiveQuery } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { EmptyPanel, PanelFrame } from '../../shell/PanelFrame.tsx'
import { ShortTime } from '../../shell/ShortTime.tsx'
import { showError, showToast } from '../../shell/toasts.tsx'
import { GrowingTextarea } from '../composer/GrowingTextarea.tsx'
import { useDraft } from '../composer/use-draft.ts'
import { useNameMark } from '../spaces/name-marks.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { anchorOf, placeOfAnchor, type Place } from './anchors.ts'
import { useOpenEditor, type OpenEditor } from './open-editor.ts'
import { createComment, deleteComment, resolveComment, type PagePlace } from './page-events.ts'
import { commentsOf, type CommentRow } from './pages-query.ts'
import css from './PageComments.module.css'

interface Props {
  readonly space: SpaceRow
  readonly stream: string
  readonly page: string
}

/** What was said of a page, beside it: in the order of the text that it was said of. */
export default function PageComments({ space, stream, page }: Props) {
  const { data: comments, status } = useLiveQuery(commentsOf(space.stream, stream, page))
  const [resolved, setResolved] = useState(false)
  const open = useOpenEditor(page)
  useRedrawnWithText(open)
  const places = new Map(comments.map(({ id, anchor }) => [id, open && placeOfAnchor(open.editor, anchor)]))
  const shown = comments
    .filter((comment) => (comment.resolved === 1) === resolved)
    .sort((one, other) => (places.get(one.id)?.from ?? Infinity) - (places.get(other.id)?.from ?? Infinity))
  const anyResolved = comments.some((comment) => comment.resolved === 1)
  const mayWrite = atLeast(space.role as Role, 'member')
  return (
    <PanelFrame kind="comments" subtitle={resolved ? 'resolved' : null} scroll>
      {mayWrite && open && !resolved && <NewComment space={space} stream={stream} page={page} open={open} />}
      {(resolved || anyResolved) && (
        <Button className={css.toggle!} aria-pressed={resolved} onClick={() => setResolved(!resolved)}>
          {resolved ? 'Back to open comments' : 'Resolved comments'}
        </Button>
      )}
      {status === 'ready' && shown.length === 0 && (
        <EmptyPanel
          icon={MessageSquareQuote}
          text={resolved ? 'No resolved comments.' : 'No comments here. Select some text to comment on it.'}
        />
      )}
      <ul className={css.list}>
        {shown.map((comment) => (
          <li key={comment.id}>
            <Comment
              place={{ stream, actor: space.me }}
              comment={comment}
              at={places.get(comment.id) ?? null}
              open={open}
              mayWrite={mayWrite}
              mayDelete={atLeast(space.role as Role, 'admin') || (mayWrite && comment.author_id === space.me)}
            />
          </li>
        ))}
      </ul>
    </PanelFrame>
  )
}

/** Places move as the text is written; selections come and go. */
function useRedrawnWithText(open: OpenEditor | null): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    if (!open) return
    let frame = 0
    const soon = () => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(redraw)
    }
    open.editor.on('transaction', soon)
    return () => {
      cancelAnimationFrame(frame)
      open.editor.off('transaction', soon)
    }
  }, [open])
}

function NewComment({ space, stream, page, open }: Props & { readonly open: OpenEditor }) {
  const dispatch = useDispatch()
  const draft = useDraft({ stream, room: `comment ${page}` })
  const selected = anchorOf(open.editor)
  const save = async () => {
    const text = draft.text.trim()
    if (text === '' || !selected) return
    await open.session.flush() // so that the text is there before what is said of it
    const quote = selected.quote.slice(0, 500).toWellFormed()
    await dispatch([createComment({ stream, actor: space.me }, page, { text, quote, anchor: selected.anchor })])
    draft.drop()
  }
  return (
    <form
      className={css.new}
      onSubmit={(event) => {
        event.preventDefault()
        save().catch(showError)
      }}
    >
      <p className={css.quote} dir="auto">
        {selected ? selected.quote : 'Select some text to comment on it.'}
      </p>
      <GrowingTextarea
        aria-label="New comment"
        placeholder="Write a comment"
        value={draft.text}
        maxLength={bounds.textLength}
        onChange={draft.setText}
        onEnter={() => void save().catch(showError)}
      />
      <Button type="submit" look="primary" disabled={draft.text.trim() === '' || !selected}>
        Comment
      </Button>
    </form>
  )
}

function Comment(props: {
  place: PagePlace
  comment: CommentRow
  at: Place | null
  open: OpenEditor | null
  mayWrite: boolean
  mayDelete: boolean
}) {
  const { place, comment, at, open, mayWrite, mayDelete } = props
  const dispatch = useDispatch()
  const mark = useNameMark(comment.author_id)
  const write = (...events: Parameters<typeof dispatch>[0]) => void dispatch(events).catch(showError)
  const show = () => open && at && open.editor.chain().focus().setTextSelection(at).scrollIntoView().run()
  return (
    <article className={css.comment} aria-label={`Comment by ${comment.author_name}${mark}`}>
      {at ? (
        <button type="button" className={css.quote} dir="auto" onClick={show}>
          <span className="visually-hidden">Show in the page: </span>
          {open!.editor.state.doc.textBetween(at.from, at.to, ' ')}
        </button>
      ) : (
        <p className={css.quote} dir="auto">
          {open ? 'The text is gone: ' : ''}
          {comment.quote}
        </p>
      )}
      <p className={css.by}>
        <b>
          {comment.author_name}
          {mark}
        </b>{' '}
        <ShortTime at={comment.created_at} />
      </p>
      <p className={css.text} dir="auto">
        {comment.text}
      </p>
      <div className={css.buttons}>
        {mayWrite && (
          <Button onClick={() => write(resolveComment(place, comment.id, comment.resolved === 0))}>
            {comment.resolved === 1 ? 'Open again' : 'Resolve'}
          </Button>
        )}
        {mayDelete && (
          <Button
            onClick={() => {
              write(deleteComment(place, comment.id, true))
              showToast({ text: 'Comment deleted.', undo: () => write(deleteComment(place, comment.id, false)) })
            }}
          >
            Delete
          </Button>
        )}
      </div>
    </article>
  )
}
