import { prosemirrorJSONToYXmlFragment, yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { pageSchema } from './extensions.ts'
import { bringsKnown, isKnown } from './known-content.ts'

const paragraph = (text: string, marks: object[] = []) => ({
  type: 'paragraph',
  content: [{ type: 'text', text, ...(marks.length > 0 && { marks }) }],
})
const everything = {
  type: 'doc',
  content: [
    { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'Plan' }] },
    paragraph('a link', [{ type: 'link', attrs: { href: 'https://example.org/' } }, { type: 'bold' }]),
    {
      type: 'bulletList',
      content: [
        {
          type: 'listItem',
          content: [{ type: 'heading', attrs: { level: 1 }, content: [{ type: 'text', text: 'first' }] }],
        },
      ],
    },
    { type: 'taskList', content: [{ type: 'taskItem', attrs: { checked: true }, content: [paragraph('done')] }] },
    { type: 'blockquote', content: [paragraph('said')] },
    { type: 'codeBlock', attrs: { language: 'ts' }, content: [{ type: 'text', text: 'let x' }] },
    { type: 'horizontalRule' },
    { type: 'paragraph' },
  ],
}

function page(): { doc: Y.Doc; fragment: Y.XmlFragment } {
  const doc = new Y.Doc()
  const fragment = doc.getXmlFragment('default')
  prosemirrorJSONToYXmlFragment(pageSchema, everything, fragment)
  return { doc, fragment }
}
/** What a change says, as an update of its own. */
function changed(change: (fragment: Y.XmlFragment) => void) {
  const { doc, fragment } = page()
  let update: Uint8Array = new Uint8Array()
  doc.on('update', (bytes: Uint8Array) => (update = bytes))
  doc.transact(() => change(fragment))
  return { fragment, update }
}
const first = (fragment: Y.XmlFragment) => fragment.get(1) as Y.XmlElement

test('what this build can write is known, and what is known is drawn whole', () => {
  const { doc, fragment } = page()
  expect(isKnown(pageSchema, fragment)).toBe(true)
  expect(bringsKnown(pageSchema, Y.encodeStateAsUpdate(doc))).toBe(true)
  const before = Y.encodeStateAsUpdate(doc)
  yXmlFragmentToProseMirrorRootNode(fragment, pageSchema)
  expect(Y.encodeStateAsUpdate(doc)).toEqual(before)
})

describe('what a newer build may bring', () => {
  const withText = (name: string) => {
    const element = new Y.XmlElement(name)
    element.insert(0, [new Y.XmlText('kept')])
    return element
  }
  test.each<[string, (fragment: Y.XmlFragment) => void]>([
    ['a block', (fragment) => fragment.insert(0, [withText('diagram')])],
    ['a block without a text', (fragment) => fragment.insert(1, [new Y.XmlElement('image')])],
    ['a block inside a known one', (fragment) => (fragment.get(4) as Y.XmlElement).insert(0, [withText('callout')])],
    ['a mark', (fragment) => (first(fragment).get(0) as Y.XmlText).format(0, 3, { comment: { id: 'c' } })],
    [
      'a mark that may lie over itself',
      (fragment) => (first(fragment).get(0) as Y.XmlText).format(0, 1, { 'note--abcd1234': {} }),
    ],
    ['something inside a line', (fragment) => (first(fragment).get(0) as Y.XmlText).insertEmbed(1, { emoji: 'x' })],
    ['a quality of a block', (fragment) => first(fragment).setAttribute('textAlign', 'right')],
  ])('%s is not known, in the page or in an update', (_, change) => {
    const { fragment, update } = changed(change)
    expect(isKnown(pageSchema, fragment)).toBe(false)
    expect(bringsKnown(pageSchema, update)).toBe(false)
  })

  test('a known block in a place that the schema forbids is not written in, unless it holds nothing', () => {
    const item = new Y.XmlElement('listItem')
    item.insert(0, [withText('paragraph')])
    const stray = changed((fragment) => fragment.insert(0, [item]))
    expect(isKnown(pageSchema, stray.fragment)).toBe(false)
    const nested = changed((fragment) => (fragment.get(2) as Y.XmlElement).insert(0, [withText('paragraph')]))
    expect(isKnown(pageSchema, nested.fragment)).toBe(false)
    const empty = changed((fragment) => (fragment.get(2) as Y.XmlElement).delete(0, 1))
    expect(isKnown(pageSchema, empty.fragment)).toBe(true)
  })
})
