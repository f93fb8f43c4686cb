import type { Editor } from '@tiptap/core'
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import type { Node } from '@tiptap/pm/model'

/**
 * What a comment is said of. An anchor names the letters at its two ends, so it goes with them, whatever is written before
 * or between them.
 */
export interface Place {
  readonly from: number
  readonly to: number
}

interface Binding {
  readonly doc: Y.Doc
  readonly type: Y.XmlFragment
  readonly mapping: Map<Y.AbstractType<unknown>, Node | Node[]>
}

function bindingOf(editor: Editor): Binding | null {
  return ((ySyncPluginKey.getState(editor.state) as { binding?: Binding } | undefined)?.binding ??
    null) as Binding | null
}

/** As an event keeps it; null where nothing is selected. */
export function anchorOf(editor: Editor): { readonly anchor: string; readonly quote: string } | null {
  const { from, to } = editor.state.selection
  const binding = bindingOf(editor)
  if (from === to || !binding) return null
  const ends = [from, to].map(
    (at) => absolutePositionToRelativePosition(at, binding.type, binding.mapping as never) as unknown,
  )
  return { anchor: JSON.stringify(ends), quote: editor.state.doc.textBetween(from, to, ' ') }
}

/** Where an anchor is now; null: its text is gone, or not here yet. */
export function placeOfAnchor(editor: Editor, anchor: string): Place | null {
  const binding = bindingOf(editor)
  const ends = readAnchor(anchor)
  if (!binding || !ends) return null
  const [from, to] = ends.map((end) =>
    relativePositionToAbsolutePosition(binding.doc, binding.type, end, binding.mapping as never),
  ) as [number | null, number | null]
  return from !== null && to !== null && from < to && to <= editor.state.doc.content.size ? { from, to } : null
}

function readAnchor(anchor: string): Y.RelativePosition[] | null {
  try {
    const ends = JSON.parse(anchor) as unknown
    return Array.isArray(ends) && ends.length === 2 ? ends.map((end) => Y.createRelativePositionFromJSON(end)) : null
  } catch {
    return null
  }
}
