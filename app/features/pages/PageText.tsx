import { EditorContent, useEditor } from '@tiptap/react'
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import { useMemo } from 'react'
import * as Y from 'yjs'
import { pageRoot } from '../../../schema/pages/page-doc.ts'
import { pageExtensions, pageSchema } from './extensions.ts'
import css from './PageEditor.module.css'

/** The text of a page as it is in a state, to read only. */
export function PageText({ state, label }: { state: Uint8Array; label: string }) {
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
      editorProps: {
        attributes: {
          class: css.text!,
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-readonly': 'true',
          'aria-label': label,
          dir: 'auto',
        },
      },
    },
    [content],
  )
  return (
    <div className={css.scroll} data-focus="page" tabIndex={-1}>
      <EditorContent editor={editor} className={css.paper!} />
    </div>
  )
}
