import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import type { KnownEvent } from '../../schema/events/event.ts'
import { toBase64 } from '../../schema/pages/base64.ts'
import { pageRoot } from '../../schema/pages/page-doc.ts'
import { applyBatch } from '../../workers/event-store/apply-batch.ts'
import { aboutWorldPage, worldCreation, worldSchema } from '../../workers/event-store/page-worlds.ts'
import { eventId } from '../../workers/event-store/random-events.ts'
import { openMemoryStore } from '../../workers/event-store/testing.ts'

/**
 * `npm run bench:pages -- [EDITS]`: a page of so many edits, each an event of its own, as three people type it. How long it takes
 * to take them in, to take one more, and to open the page: read its state, merge it into a document, make the editor's of it.
 */
const edits = Number(process.argv[2] ?? 10_000)
const batchSize = 500
const stream = 'space:s1'

const store = await openMemoryStore()
const events = history(edits)
const started = performance.now()
for (let at = 0; at < events.length; at += batchSize) apply(events.slice(at, at + batchSize))
const taken = performance.now() - started
const [last] = history(1, 9)
const one = time(() => apply([{ ...last!, id: eventId(edits + 1), clock: String(edits + 2) } as KnownEvent]))

const opening = median(
  Array.from({ length: 9 }, () =>
    time(() => {
      const [state] = store.sql.prepare('SELECT state FROM component_doc').rows()[0] as [Uint8Array]
      const doc = new Y.Doc()
      Y.applyUpdate(doc, state)
      yXmlFragmentToProseMirrorRootNode(doc.getXmlFragment(pageRoot), worldSchema)
    }),
  ),
)
const [size] = store.sql.prepare('SELECT length(state) FROM component_doc').rows()[0] as [number]
const [spans] = store.sql.prepare('SELECT count(*) FROM page_spans').rows()[0] as [number]
console.log(`${edits} edits taken in by ${batchSize}: ${taken.toFixed(0)} ms`)
console.log(`one more edit: ${one.toFixed(1)} ms`)
console.log(
  `opening, median of 9: ${opening.toFixed(1)} ms (a state of ${(size / 1024).toFixed(0)} kB, ${spans} spans)`,
)
store.close()

/** Three people in turn write a word, at the end or inside; sometimes a new paragraph, sometimes they take a word out. */
function history(count: number, firstClient = 1): KnownEvent[] {
  const found: KnownEvent[] = firstClient === 1 ? [worldCreation] : []
  const docs = ['ann', 'bob', 'cy'].map((actor, index) => ({ actor, doc: new Y.Doc(), client: firstClient + index }))
  for (const { doc, client } of docs) doc.clientID = client
  for (let at = 0; at < count; at++) {
    const writer = docs[at % docs.length]!
    let update: Uint8Array | null = null
    const keep = (bytes: Uint8Array) => (update = bytes)
    writer.doc.on('update', keep)
    writer.doc.transact(() => write(writer.doc, at))
    writer.doc.off('update', keep)
    for (const other of docs) if (other !== writer) Y.applyUpdate(other.doc, update!)
    const payload = { update: toBase64(update!) }
    const event = { id: eventId(at + 1), type: 'page.update', payload, actor: writer.actor, clock: String(at + 2), at }
    found.push({ ...aboutWorldPage, ...event } as KnownEvent)
  }
  return found
}

function write(doc: Y.Doc, at: number): void {
  const fragment = doc.getXmlFragment(pageRoot)
  if (at % 40 === 0) {
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText('new ')])
    return fragment.insert(fragment.length, [paragraph])
  }
  const paragraph = fragment.get((at * 7) % fragment.length) as Y.XmlElement
  const text = paragraph.get(0) as Y.XmlText
  if (at % 9 === 0 && text.length > 8) return text.delete(text.length >> 1, 4)
  text.insert(at % 3 === 0 ? text.length >> 1 : text.length, `word${at % 100} `)
}

function apply(batch: readonly KnownEvent[]): void {
  const items = batch.map((event) => ({ seq: event.id, receivedAt: 2e12, event }))
  const outcome = applyBatch(store, { batchId: 'b', stream, items, after: null, cursor: null })
  if (outcome.type !== 'Applied' || outcome.rejected.length > 0) throw new Error(JSON.stringify(outcome))
}

function time(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1]!
}
