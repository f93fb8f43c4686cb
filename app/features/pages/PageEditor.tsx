import { EditorContent, useEditor } from '@tiptap/react'
import { useEffect, useSyncExternalStore } from 'react'
import { pageRoot } from '../../../schema/pages/page-doc.ts'
import { wordsOf } from '../../refusal-words.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { sharedExtensions } from './extensions.ts'
import { setOpenEditor } from './open-editor.ts'
import { PageMarks } from './PageMarks.tsx'
import type { PageSession } from './page-session.ts'
import { PageToolbar } from './PageToolbar.tsx'
import css from './PageEditor.module.css'

const attributes = {
  class: css.text!,
  role: 'textbox',
  'aria-multiline': 'true',
  'aria-label': 'Text of the page',
  'data-focus': 'page-text',
  dir: 'auto',
}

/** The text of a page, written by everybody at once. */
export function PageEditor(props: {
  space: SpaceRow
  stream: string
  page: string
  session: PageSession
  editable: boolean
  /** tint what each person wrote */
  authors: boolean
}) {
  const { session, page, editable } = props
  const editor = useEditor(
    {
      extensions: sharedExtensions(session.doc.getXmlFragment(pageRoot)),
      editable,
      injectCSS: false, // the Content-Security-Policy forbids it: PageEditor.module.css has what is needed
      shouldRerenderOnTransaction: false,
      editorProps: {
        attributes,
        handleClick: (_view, _at, event) => openLink(event),
      },
    },
    [session],
  )
  useEffect(() => {
    session.setWritable(editable)
    if (editor.isEditable !== editable) editor.setEditable(editable)
  }, [session, editor, editable])
  useEffect(() => setOpenEditor({ page, session, editor }), [page, session, editor])
  return (
    <>
      {editable && <PageToolbar editor={editor} />}
      <PageMarks {...props} editor={editor} />
      <div className={css.scroll} data-focus="page" tabIndex={-1}>
        <EditorContent editor={editor} className={css.paper!} />
        {editable && <Saved session={session} />}
      </div>
    </>
  )
}

/** While one writes, a click in a link sets the caret; with Ctrl or ⌘ it follows the link. */
function openLink(event: MouseEvent): boolean {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null
  if (!link || !(event.ctrlKey || event.metaKey)) return false
  window.open((link as HTMLAnchorElement).href, '_blank', 'noopener,noreferrer')
  return true
}

function Saved({ session }: { session: PageSession }) {
  const saving = useSyncExternalStore(session.subscribe, () => session.saving)
  if (typeof saving === 'object') {
    return (
      <p className={css.fault} role="alert">
        What you wrote last is not saved yet. It is tried again. {wordsOf(saving.failed)}
      </p>
    )
  }
  return <p className={css.saved}>{saving === 'saved' ? 'Saved on this device' : 'Saving…'}</p>
}
