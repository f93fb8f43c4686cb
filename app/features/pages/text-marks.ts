import { Extension, type Editor } from '@tiptap/core'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'

/*
 * What is drawn over the text and is no part of it: who wrote which span, and what comments are said of. It follows the text as
 * that is written, and is laid anew when the database says so.
 */

export interface TextMark {
  readonly from: number
  readonly to: number
  readonly class: string
  readonly title?: string
  readonly style?: string
}

const key = new PluginKey<DecorationSet>('textMarks')

export const TextMarks = Extension.create({
  name: 'textMarks',
  addProseMirrorPlugins: () => [
    new Plugin({
      key,
      state: {
        init: () => DecorationSet.empty,
        apply(transaction, before) {
          const marks = transaction.getMeta(key) as readonly TextMark[] | undefined
          return marks ? decorations(transaction.doc, marks) : before.map(transaction.mapping, transaction.doc)
        },
      },
      props: { decorations: (state) => key.getState(state) },
    }),
  ],
})

export function setTextMarks(editor: Editor, marks: readonly TextMark[]): void {
  if (!editor.isDestroyed) editor.view.dispatch(editor.state.tr.setMeta(key, marks).setMeta('addToHistory', false))
}

function decorations(doc: Editor['state']['doc'], marks: readonly TextMark[]): DecorationSet {
  return DecorationSet.create(
    doc,
    marks.map(({ from, to, ...attributes }) => Decoration.inline(from, to, attributes)),
  )
}

/**
 * The places of texts that stand one behind the other in the page, and are all of it. null where the page has another text:
 * somebody has written since.
 */
export function placesOfSpans(
  doc: Editor['state']['doc'],
  spans: readonly { readonly text: string }[],
): readonly (readonly { readonly from: number; readonly to: number }[])[] | null {
  const places: { from: number; to: number }[][] = spans.map(() => [])
  let span = 0
  let inSpan = 0
  let same = true
  doc.descendants((node, at) => {
    if (!node.isText || !same) return
    const text = node.text!
    for (let done = 0; done < text.length;) {
      const rest = spans[span]?.text.slice(inSpan) ?? ''
      const length = Math.min(rest.length, text.length - done)
      if (length === 0 || rest.slice(0, length) !== text.slice(done, done + length)) return void (same = false)
      places[span]!.push({ from: at + done, to: at + done + length })
      done += length
      inSpan += length
      if (inSpan === spans[span]!.text.length) {
        span++
        inSpan = 0
      }
    }
  })
  return same && span === spans.length ? places : null
}
