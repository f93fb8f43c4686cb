import type { Editor } from '@tiptap/core'
import { useEffect, useMemo } from 'react'
import { hueOf } from '../../shell/Avatar.tsx'
import { formatFull } from '../../shell/format-time.ts'
import { useLiveQuery } from '../../live/index.ts'
import { useNameMarks } from '../spaces/name-marks.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { placeOfAnchor } from './anchors.ts'
import { commentsOf, spansOf, type SpanRow } from './pages-query.ts'
import { placesOfSpans, setTextMarks, type TextMark } from './text-marks.ts'
import css from './PageMarks.module.css'

interface Props {
  readonly space: SpaceRow
  readonly stream: string
  readonly page: string
  readonly editor: Editor
  /** tint what each person wrote */
  readonly authors: boolean
}

/** Draws over the text what comments are said of and, if asked for, who wrote it; and says whose colour is whose. */
export function PageMarks({ space, stream, page, editor, authors }: Props) {
  const { data: comments } = useLiveQuery(commentsOf(space.stream, stream, page))
  const { data: spans } = useLiveQuery(authors ? spansOf(space.stream, stream, page) : null)
  const marks = useNameMarks()
  const people = useMemo(() => peopleOf(spans), [spans])

  useEffect(() => {
    let frame = 0
    const draw = () => {
      const said: TextMark[] = comments.flatMap(({ anchor, resolved }) => {
        const place = resolved === 1 ? null : placeOfAnchor(editor, anchor)
        return place ? [{ ...place, class: css.said! }] : []
      })
      setTextMarks(editor, [...said, ...(authors ? tints(editor, spans) : [])])
    }
    const soon = ({ transaction }: { transaction: { docChanged: boolean } }) => {
      if (!transaction.docChanged) return
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(draw)
    }
    draw()
    editor.on('transaction', soon)
    return () => {
      cancelAnimationFrame(frame)
      editor.off('transaction', soon)
    }
  }, [editor, comments, spans, authors])

  if (!authors) return null
  return (
    <ul className={css.people} aria-label="Who wrote this">
      {people.map(({ id, name, share }) => (
        <li key={id} style={{ '--hue': hueOf(id) } as object}>
          <span className={css.swatch} aria-hidden /> {name}
          {marks.get(id) ?? ''} <span className={css.share}>{share} %</span>
        </li>
      ))}
      {people.length === 0 && <li>Nothing has been written yet.</li>}
    </ul>
  )
}

/** Those who wrote, who wrote most first. */
function peopleOf(spans: readonly SpanRow[]): { id: string; name: string; share: number }[] {
  const letters = new Map<string, { name: string; count: number }>()
  let all = 0
  for (const { author_id, author_name, text } of spans) {
    const count = (letters.get(author_id)?.count ?? 0) + text.length
    letters.set(author_id, { name: author_name, count })
    all += text.length
  }
  return [...letters]
    .sort(([, one], [, other]) => other.count - one.count)
    .map(([id, { name, count }]) => ({ id, name, share: Math.round((100 * count) / all) }))
}

/** What is written and not saved yet has no colour: it comes within a second. */
function tints(editor: Editor, spans: readonly SpanRow[]): TextMark[] {
  const places = placesOfSpans(editor.state.doc, spans)
  if (!places) return []
  return spans.flatMap(({ author_id, author_name, at }, index) =>
    places[index]!.map((place) => ({
      ...place,
      class: css.tint!,
      style: `--hue: ${hueOf(author_id)}`,
      title: `${author_name}, ${formatFull(at)}`,
    })),
  )
}
