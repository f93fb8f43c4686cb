import * as Y from 'yjs'

/** The root of a page's Yjs document: an XmlFragment, as collaborative rich-text editors keep it. */
export const pageRoot = 'default'

/**
 * A page: what all of its updates say together. Law: neither order nor repetition of the updates matters, as long as no two
 * of them say something else of the same piece.
 */
export function mergedDoc(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc()
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update)
  })
  return doc
}

/** What one editor wrote in an update: its clocks [from, to). An editor's number names one document that was open once. */
export interface Written {
  readonly client: number
  readonly from: number
  readonly to: number
}

/** Of every editor that the update has something of. Throws on bytes that are no update. */
export function writtenIn(update: Uint8Array): Written[] {
  Y.applyUpdate(new Y.Doc(), update)
  const { from, to } = Y.parseUpdateMeta(update)
  return [...from].map(([client, start]) => ({ client, from: start, to: to.get(client)! }))
}

/** The words of a page, a line per block. */
export function textOf(doc: Y.Doc): string {
  const lines: string[] = []
  for (const text of textsOf(doc)) {
    const delta = text.toDelta() as { insert: unknown }[]
    lines.push(delta.map(({ insert }) => (typeof insert === 'string' ? insert : ' ')).join(''))
  }
  return lines.join('\n')
}

/** A piece of the text that one editor wrote. Together they are all of its letters, in order, without the line breaks. */
export interface Piece {
  readonly client: number
  readonly text: string
}

export function piecesOf(doc: Y.Doc): Piece[] {
  const pieces: Piece[] = []
  for (const text of textsOf(doc)) {
    for (let item = text._start; item !== null; item = item.right) {
      if (item.deleted || !(item.content instanceof Y.ContentString)) continue
      pieces.push({ client: item.id.client, text: item.content.str })
    }
  }
  return pieces
}

/** Every line of text, in the order in which they stand. */
function textsOf(doc: Y.Doc): Y.XmlText[] {
  const texts: Y.XmlText[] = []
  const collect = (node: unknown) => {
    if (node instanceof Y.XmlText) texts.push(node)
    else if (node instanceof Y.XmlElement) for (const child of node.toArray()) collect(child)
  }
  for (const child of doc.getXmlFragment(pageRoot).toArray()) collect(child)
  return texts
}
