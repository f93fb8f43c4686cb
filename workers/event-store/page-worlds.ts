import { getSchema } from '@tiptap/core'
import { TaskItem, TaskList } from '@tiptap/extension-list'
import type { Node } from '@tiptap/pm/model'
import { findWrapping, Transform } from '@tiptap/pm/transform'
import { StarterKit } from '@tiptap/starter-kit'
import { updateYFragment, yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import type { KnownEvent } from '../../schema/events/event.ts'
import { toBase64 } from '../../schema/pages/base64.ts'
import { pageRoot } from '../../schema/pages/page-doc.ts'
import { eventId } from './random-events.ts'

/*
 * For tests: people who write one page at once, offline, as the editor does it: an edit of a ProseMirror document is laid
 * over the Yjs document by the same binding that the app has.
 */

export const worldSchema = getSchema([StarterKit.configure({ undoRedo: false }), TaskList, TaskItem])
export const worldPage = eventId(0)
/** what every event of the page says */
export const aboutWorldPage = { stream: 'space:s1', deps: [], entity: worldPage } as const
export const worldCreation = {
  ...aboutWorldPage,
  id: worldPage,
  type: 'page.create',
  payload: { title: 'P' },
  room: 'r1',
  actor: 'ann',
  clock: '1',
  at: 1,
} as const satisfies KnownEvent

/** Answers a whole number of [0, below). */
export type Draw = (below: number) => number

export interface World {
  /** of the page, from its creation on, in the order of their clocks */
  readonly events: readonly KnownEvent[]
  /** what each person has, when each has all */
  readonly docs: readonly Y.Doc[]
}

interface Editor {
  readonly actor: string
  readonly doc: Y.Doc
  /** of the others' events, which they have */
  readonly has: Set<number>
  written: Uint8Array[]
}

/** `steps` edits, and among them syncs of some with what some others had dispatched. */
export function randomWorld(draw: Draw, steps: number): World {
  const events: KnownEvent[] = [worldCreation]
  const editors = ['ann', 'bob', 'cy'].map((actor, index) => openEditor(actor, index + 1))
  const dispatch = (editor: Editor) => {
    if (editor.written.length === 0) return
    const update = toBase64(Y.mergeUpdates(editor.written))
    editor.written = []
    editor.has.add(events.length)
    const id = eventId(events.length)
    const at = events.length * 1000
    const clock = String(events.length + 1)
    events.push({
      ...aboutWorldPage,
      id,
      type: 'page.update',
      payload: { update },
      actor: editor.actor,
      clock,
      at,
    } as KnownEvent)
  }
  const receive = (editor: Editor, index: number) => {
    const event = events[index]!
    if (editor.has.has(index) || event.type !== 'page.update') return
    editor.has.add(index)
    const bytes = Uint8Array.from(atob(event.payload.update), (character) => character.charCodeAt(0))
    Y.applyUpdate(editor.doc, bytes, 'received')
  }
  for (let step = 0; step < steps; step++) {
    const editor = editors[draw(editors.length)]!
    edit(editor.doc, draw)
    if (draw(3) === 0) dispatch(editor)
    // what arrives, arrives in any order
    if (draw(4) === 0) for (let count = draw(4); count > 0; count--) receive(editor, draw(events.length))
  }
  for (const editor of editors) dispatch(editor)
  for (const editor of editors) for (const index of events.keys()) receive(editor, index)
  return { events, docs: editors.map(({ doc }) => doc) }
}

function openEditor(actor: string, client: number): Editor {
  const doc = new Y.Doc()
  doc.clientID = client
  const editor: Editor = { actor, doc, has: new Set(), written: [] }
  doc.on('update', (update: Uint8Array, origin: unknown) => origin !== 'received' && editor.written.push(update))
  return editor
}

/** One random edit, by the binding. */
export function edit(doc: Y.Doc, draw: Draw): void {
  const fragment = doc.getXmlFragment(pageRoot)
  const shown = yXmlFragmentToProseMirrorRootNode(fragment, worldSchema)
  const before = shown.childCount > 0 ? shown : worldSchema.topNodeType.createAndFill()!
  const transform = new Transform(before)
  try {
    change(transform, draw)
  } catch {
    return // what this document does not allow
  }
  updateYFragment(doc, fragment, transform.doc, { mapping: new Map(), isOMark: new Map() } as never)
}

const words = ['heron ', 'pond ', 'ümlaut ', '池 ', '👍🏽 ', 'x']

function change(transform: Transform, draw: Draw): void {
  const { doc } = transform
  const lines: { readonly node: Node; readonly at: number }[] = []
  doc.descendants((node, at) => void (node.isTextblock && lines.push({ node, at })))
  if (lines.length === 0) return void transform.insert(0, worldSchema.nodes['paragraph']!.create())
  const { node, at } = lines[draw(lines.length)]!
  // between two characters, as a caret stands
  const stops = [...node.textContent].reduce((found, each) => [...found, found.at(-1)! + each.length], [at + 1])
  const first = draw(stops.length)
  const from = stops[first]!
  const to = stops[Math.min(first + draw(6), stops.length - 1)]!
  const range = doc.resolve(from).blockRange()
  const { nodes, marks } = worldSchema
  switch (draw(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return void transform.insert(from, worldSchema.text(words[draw(words.length)]!))
    case 4:
      return void transform.delete(from, to)
    case 5:
      return void transform.split(from)
    case 6:
      return void transform.addMark(from, to, marks[['bold', 'italic', 'code'][draw(3)]!]!.create())
    case 7: {
      const type = nodes[['heading', 'codeBlock', 'paragraph'][draw(3)]!]!
      return void transform.setBlockType(from, from, type, type.name === 'heading' ? { level: 1 + draw(3) } : null)
    }
    case 8: {
      const wrapping = range && findWrapping(range, nodes[['blockquote', 'bulletList', 'taskList'][draw(3)]!]!)
      if (wrapping) transform.wrap(range, wrapping)
      return
    }
    default:
      return void transform.insert(at, nodes['paragraph']!.create(null, worldSchema.text(words[draw(words.length)]!)))
  }
}
