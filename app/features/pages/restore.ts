import { updateYFragment, yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { pageRoot } from '../../../schema/pages/page-doc.ts'
import { pageSchema } from './extensions.ts'

/**
 * Makes a page what a state says, by an edit of the person who asks for it. Nothing is rewritten: what was there stays in the
 * history, and what others write meanwhile is merged with it. Returns how to take it back, by another edit.
 */
export function restoreState(doc: Y.Doc, state: Uint8Array): () => void {
  const before = Y.encodeStateAsUpdate(doc)
  writeInto(doc, state)
  return () => writeInto(doc, before)
}

function writeInto(doc: Y.Doc, state: Uint8Array): void {
  const from = new Y.Doc()
  Y.applyUpdate(from, state)
  const node = yXmlFragmentToProseMirrorRootNode(from.getXmlFragment(pageRoot), pageSchema)
  updateYFragment(doc, doc.getXmlFragment(pageRoot), node, { mapping: new Map(), isOMark: new Map() } as never)
}
