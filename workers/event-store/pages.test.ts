import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { EventDraft } from '../../schema/events/event.ts'
import { fromBase64, toBase64 } from '../../schema/pages/base64.ts'
import { pageRoot } from '../../schema/pages/page-doc.ts'
import { pageSearch } from '../../schema/search/page-search.ts'
import { dispatchDrafts } from './dispatch-drafts.ts'
import { eventId } from './random-events.ts'
import { openMemoryStore, type MemoryStore } from './testing.ts'

let store: MemoryStore
let next = 0
beforeEach(async () => {
  store = await openMemoryStore()
  next = 0
})
afterEach(() => store.close())

const stream = 'local:s1'
function write(type: EventDraft['type'], fields: object, actor = 'ann'): string {
  const id = eventId(++next)
  const outcome = dispatchDrafts(store, [{ id, type, stream, actor, at: next * 1000, ...fields } as EventDraft])
  expect(outcome).toMatchObject({ type: 'Dispatched' })
  return id
}
const rows = (sql: string, ...values: string[]) => store.sql.prepare(sql).rows(...values)
const found = (typed: string) => {
  const { query } = pageSearch(stream, typed)!
  return store.sql
    .prepare(query.sql)
    .rows(...query.parameters)
    .map(([, , , room, title]) => `${title as string} in ${room as string}`)
}

/** Somebody has the page open; what they write comes as one update. */
function anEditor(client: number) {
  const doc = new Y.Doc()
  doc.clientID = client
  let updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array, origin: unknown) => origin !== 'received' && updates.push(update))
  return {
    receive: (page: string) => {
      for (const [bytes] of rows('SELECT bytes FROM page_updates WHERE page_id = ?', page))
        Y.applyUpdate(doc, bytes as Uint8Array, 'received')
    },
    insert: (at: number, words: string) => {
      const fragment = doc.getXmlFragment(pageRoot)
      if (fragment.length === 0) {
        const paragraph = new Y.XmlElement('paragraph')
        paragraph.insert(0, [new Y.XmlText()])
        fragment.insert(0, [paragraph])
      }
      ;((fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(at, words)
      const update = toBase64(Y.mergeUpdates(updates))
      updates = []
      return update
    },
  }
}
function aPage(title = 'Plan'): string {
  write('room.create', { entity: 'r1', payload: { name: 'general', kind: 'room' } })
  return write('page.create', { room: 'r1', payload: { title } })
}
const spans = () => rows('SELECT author_id, text FROM page_spans ORDER BY position')

describe('who wrote what', () => {
  test('is a row for each span; another’s words inside one divide it', () => {
    const page = aPage()
    const [ann, bob] = [anEditor(1), anEditor(2)]
    write('page.update', { entity: page, payload: { update: ann.insert(0, 'one three') } })
    bob.receive(page)
    write('page.update', { entity: page, payload: { update: bob.insert(4, 'two ') } }, 'bob')
    expect(spans()).toEqual([
      ['ann', 'one '],
      ['bob', 'two '],
      ['ann', 'three'],
    ])
  })

  test('whoever sends another’s words on does not become their author', () => {
    const page = aPage()
    const ann = anEditor(1)
    const update = ann.insert(0, 'mine')
    write('page.update', { entity: page, payload: { update } })
    write('page.update', { entity: page, payload: { update } }, 'eve')
    expect(spans()).toEqual([['ann', 'mine']])
  })

  test('who takes another’s number changes nothing of what that one wrote before', () => {
    const page = aPage()
    write('page.update', { entity: page, payload: { update: anEditor(7).insert(0, 'honest') } })
    write('page.update', { entity: page, payload: { update: anEditor(7).insert(0, 'forged words') } }, 'eve')
    expect(rows('SELECT count(*) FROM page_overlaps')).toEqual([[1]])
    expect(rows('SELECT body FROM component_text WHERE id < 0')).toEqual([['Plan\nhonest words']])
  })
})

describe('search', () => {
  test('finds a page by its title and its text, and not while it is deleted', () => {
    const page = aPage('Expedition')
    write('page.update', { entity: page, payload: { update: anEditor(1).insert(0, 'a heron by the pond') } })
    expect(found('heron')).toEqual(['Expedition in general'])
    expect(found('expedition pon')).toEqual(['Expedition in general'])
    expect(found('heron fox')).toEqual([])
    expect(found('heron -"pond"')).toEqual([])
    write('page.archive', { entity: page, payload: { archived: true } })
    expect(found('heron')).toEqual([])
    write('page.archive', { entity: page, payload: { archived: false } })
    expect(found('heron')).toEqual(['Expedition in general'])
  })

  test('asks no page for what only messages know', () => {
    expect(pageSearch(stream, 'from:ann heron')).toBeNull()
    expect(pageSearch(stream, '   ')).toBeNull()
  })
})

describe('an update in parts', () => {
  const half = (update: string, index: number, first = eventId(900)) => {
    const cut = (update.length >> 3) << 2
    return { update: index === 0 ? update.slice(0, cut) : update.slice(cut), part: { first, index, of: 2 } }
  }
  const text = () => rows('SELECT body FROM component_text WHERE id < 0')

  test('counts when all of them are there, in any order', () => {
    const page = aPage()
    const update = anEditor(1).insert(0, 'as long as a book')
    write('page.update', { entity: page, payload: half(update, 1) })
    expect(text()).toEqual([['Plan']])
    write('page.update', { entity: page, payload: half(update, 0) })
    expect(text()).toEqual([['Plan\nas long as a book']])
    expect(spans()).toEqual([['ann', 'as long as a book']])
  })

  test('has no effect when somebody else sends one of them, or they make no update together', () => {
    const page = aPage()
    const update = anEditor(1).insert(0, 'a book')
    write('page.update', { entity: page, payload: half(update, 0) })
    write('page.update', { entity: page, payload: half(update, 1) }, 'eve')
    const nonsense = (index: number) => ({ update: 'AAEC', part: { first: eventId(901), index, of: 2 } })
    write('page.update', { entity: page, payload: nonsense(0) })
    write('page.update', { entity: page, payload: nonsense(1) })
    expect(text()).toEqual([['Plan']])
    write('page.update', { entity: page, payload: half(update, 1) })
    expect(text()).toEqual([['Plan\na book']])
  })
})

test('a comment stays when its page changes, is resolved, and goes when it is deleted', () => {
  const page = aPage()
  const comment = write('page.comment', { payload: { page, text: 'which?', quote: 'heron', anchor: '[]' } })
  const shown = () => rows('SELECT text, resolved FROM page_comments')
  write('page.comment.resolve', { entity: comment, payload: { resolved: true } }, 'bob')
  expect(shown()).toEqual([['which?', 1]])
  write('page.comment.delete', { entity: comment, payload: {} })
  expect(shown()).toEqual([])
  write('page.comment.restore', { entity: comment, payload: {} })
  expect(shown()).toEqual([['which?', 1]])
})

test('a version is the page as its updates up to then made it', () => {
  const page = aPage()
  const ann = anEditor(1)
  write('page.update', { entity: page, payload: { update: ann.insert(0, 'before') } })
  write('page.version', { entity: page, payload: { name: 'first' } })
  write('page.update', { entity: page, payload: { update: ann.insert(6, ' and after') } })
  const upTo = rows(
    `SELECT u.bytes FROM page_versions v JOIN page_updates u ON u.page_id = v.page_id AND u.clock <= v.clock WHERE v.name = 'first'`,
  )
  const doc = new Y.Doc()
  for (const [bytes] of upTo) Y.applyUpdate(doc, bytes as Uint8Array)
  expect(doc.getXmlFragment(pageRoot).toString()).toBe('<paragraph>before</paragraph>')
})

test('bytes survive the JSON of an event, however many they are', () => {
  for (const size of [0, 1, 8191, 8192, 8193, 40_000]) {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31) % 256)
    expect(fromBase64(toBase64(bytes))).toEqual(bytes)
  }
})
