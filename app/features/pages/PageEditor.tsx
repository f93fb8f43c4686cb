import { EditorContent, useEditor, type Editor } from '@tiptap/react'
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import * as Y from 'yjs'
import { pageRoot } from '../../../schema/pages/page-doc.ts'
import { wordsOf } from '../../refusal-words.ts'
import { pageExtensions, pageSchema, sharedExtensions } from './extensions.ts'
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
export function PageEditor({ session, editable }: { session: PageSession; editable: boolean }) {
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
    if (editor.isEditable !== editable) editor.setEditable(editable)
  }, [editor, editable])
  return (
    <>
      {editable && <PageToolbar editor={editor} />}
      <TextOf editor={editor}>{editable && <Saved session={session} />}</TextOf>
    </>
  )
}

function TextOf({ editor, children }: { editor: Editor; children: React.ReactNode }) {
  return (
    <div className={css.scroll} data-focus="page" tabIndex={-1}>
      <EditorContent editor={editor} className={css.paper!} />
      {children}
    </div>
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

/** The text of a page as it is in a state, to read only. */
export function PageText({ state }: { state: Uint8Array }) {
  const content = useMemo(() => {
    // a copy: what cannot be shown is left out of it alone
    const copy = new Y.Doc()
    Y.applyUpdate(copy, state)
    return yXmlFragmentToProseMirrorRootNode(copy.getXmlFragment(pageRoot), pageSchema).toJSON() as object
  }, [state])
  const editor = useEditor(
    {
      extensions: [...pageExtensions],
      editable: false,
      injectCSS: false,
      content,
      editorProps: { attributes: { ...attributes, 'aria-readonly': 'true' } },
    },
    [content],
  )
  return <TextOf editor={editor}>{null}</TextOf>
}
