import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { SQLite, sql } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import css from './Console.module.css'

/**
 * SQL with completion. Tab leaves it, as it leaves every other field; Ctrl+Enter runs. It stands in a shadow root: there
 * CodeMirror adopts its style sheet, and in the page it would need a style element, which the page's policy forbids.
 */
export default function SqlEditor(props: {
  /** what stands there at first */
  initial: string
  /** table or view → its columns */
  schema: Readonly<Record<string, readonly string[]>>
  onChange(text: string): void
  /** what stands there now, which may not have been rendered yet */
  onRun(text: string): void
}) {
  const { schema } = props
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  useEffect(() => {
    const { initial } = latest.current
    const root = place.current!.shadowRoot ?? place.current!.attachShadow({ mode: 'open' })
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: initial,
        selection: { anchor: initial.length },
        extensions: [
          Prec.highest(
            keymap.of([{ key: 'Mod-Enter', run: ({ state }) => (latest.current.onRun(state.doc.toString()), true) }]),
          ),
          history(),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          language.of(languageOf({})),
          autocompletion(),
          syntaxHighlighting(colours),
          look,
          replacing,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'SQL', spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [])
  useEffect(() => {
    view.current?.dispatch({ effects: language.reconfigure(languageOf(schema)) })
  }, [schema])
  return <div ref={place} className={css.editor} data-writes />
}

const language = new Compartment()

/** Text over a selection: left to Chromium, its lines are joined with inline styles, which the page's policy reports. */
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event
    if (view.composing || view.state.selection.main.empty || data === null || inputType !== 'insertText') return false
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    event.preventDefault()
    return true
  },
})

function languageOf(schema: Readonly<Record<string, readonly string[]>>) {
  return sql({ dialect: SQLite, schema: schema as Record<string, string[]>, upperCaseKeywords: true })
}

const look = EditorView.theme({
  '&': { fontSize: '13px', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px' },
  '.cm-content': { padding: '8px 4px', caretColor: 'var(--text)' },
  '.cm-tooltip': { background: 'var(--raised)', border: '1px solid var(--border)', color: 'var(--text)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--accent)',
    color: 'var(--on-accent)',
  },
})

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
])
