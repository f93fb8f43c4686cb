import { getSchema, type AnyExtension } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { ListItem, TaskItem, TaskList } from '@tiptap/extension-list'
import { StarterKit } from '@tiptap/starter-kit'
import type * as Y from 'yjs'
import { safeUrl } from '../../../schema/text/safe-url.ts'
import { TextMarks } from './text-marks.ts'

/*
 * What a page can hold. A list item may begin with any block, where Tiptap wants a paragraph: two people who change one item at
 * once can make such a thing, and the binding deletes what the schema forbids.
 */
const content = 'block+'

export const pageExtensions: readonly AnyExtension[] = [
  StarterKit.configure({
    undoRedo: false, // the binding's own takes back what this person did alone
    listItem: false,
    heading: { levels: [1, 2, 3] },
    link: {
      openOnClick: 'whenNotEditable',
      defaultProtocol: 'https',
      isAllowedUri: (url) => safeUrl(url) !== null,
      HTMLAttributes: { target: '_blank', rel: 'noopener noreferrer nofollow' },
    },
  }),
  ListItem.extend({ content }),
  TaskList,
  TaskItem.extend({ content }).configure({
    nested: true,
    a11y: { checkboxLabel: (node) => `Done: ${node.textContent || 'empty task'}` },
  }),
]

export const pageSchema = getSchema([...pageExtensions])

/** The same for a page that is written in by several people at once. */
export function sharedExtensions(fragment: Y.XmlFragment): AnyExtension[] {
  return [...pageExtensions, Collaboration.configure({ fragment }), TextMarks]
}
