import { DurableStream } from '@durable-streams/client'
import { createStateSchema, MaterializedState, type StateEvent } from '@durable-streams/state'
import { createStreamDB } from '@durable-streams/state/db'
import { YjsProvider } from '@durable-streams/y-durable-streams'
import { YjsServer } from '@durable-streams/y-durable-streams/server'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { startTestServer, type TestPerson, type TestServer } from '../testing.ts'

/** The public clients of Durable Streams as their READMEs use them, unchanged, signed in as a person. */
let server: TestServer
let ada: TestPerson
let headers: Record<string, string>
beforeAll(async () => {
  server = await startTestServer()
  ada = await server.signIn('Ada')
  headers = { cookie: ada.cookie, origin: server.origin }
})
afterAll(() => server.dispose())

test('y-durable-streams: two editors of one document meet; who was away, and who comes later, have all, from a snapshot', async () => {
  const yjs = new YjsServer({ dsServerUrl: server.origin, dsServerHeaders: headers, compactionThreshold: 2000 })
  await yjs.start()
  const open: YjsProvider[] = []
  const editor = (liveMode: 'sse' | 'long-poll') => {
    const doc = new Y.Doc()
    const awareness = new Awareness(doc)
    const provider = new YjsProvider({
      doc,
      awareness,
      baseUrl: `${yjs.url}/v1/yjs/garden`,
      docId: 'notes/today',
      liveMode,
    })
    open.push(provider)
    return { text: doc.getText('t'), provider, awareness }
  }
  try {
    const one = editor('sse')
    await expect.poll(() => one.provider.synced).toBe(true)
    const two = editor('long-poll')
    await expect.poll(() => two.provider.synced).toBe(true)
    one.text.insert(0, 'of one. ')
    two.text.insert(0, 'of two. ')
    await expect.poll(() => one.text.length).toBe(16)
    await expect.poll(() => two.text.toJSON()).toBe(one.text.toJSON())
    one.awareness.setLocalState({ name: 'Ada' })
    await expect.poll(() => [...two.awareness.getStates().values()]).toContainEqual({ name: 'Ada' })

    await two.provider.disconnect()
    for (let n = 0; n < 30; n++) one.text.insert(one.text.length, `line ${n} of some length, so that it is compacted. `)
    await one.provider.flush()
    await two.provider.connect()
    await expect.poll(() => two.text.toJSON()).toContain('line 29')
    await expect.poll(() => one.text.toJSON()).toBe(two.text.toJSON())
    await expect.poll(() => yjs.getDocumentState('garden', 'notes/today')?.snapshotOffset).toBeTruthy()
    const later = editor('sse')
    await expect.poll(() => later.text.toJSON()).toBe(one.text.toJSON())
  } finally {
    for (const provider of open) provider.destroy()
    await yjs.stop()
  }
})

test('state: what one writes by the schema of a stream, another has in its live collections', async () => {
  const url = `${server.origin}/v1/stream/state/demo`
  const schema = createStateSchema({
    users: { schema: v.object({ id: v.string(), name: v.string() }), type: 'user', primaryKey: 'id' },
  })
  const stream = await DurableStream.create({ url, headers, contentType: 'application/json' })
  const write = (event: object) => stream.append(JSON.stringify(event))
  await write(schema.users.insert({ value: { id: '1', name: 'Ada' } }))
  await write(schema.users.insert({ value: { id: '2', name: 'Bob' } }))

  const db = createStreamDB({ streamOptions: { url, headers, contentType: 'application/json' }, state: schema })
  await db.preload()
  const names = () => db.collections.users.toArray.map(({ name }) => name).toSorted()
  expect(names()).toEqual(['Ada', 'Bob'])
  await write(schema.users.update({ value: { id: '2', name: 'Bo' } }))
  await write(schema.users.delete({ key: '1' }))
  await expect.poll(names).toEqual(['Bo'])
  db.close()

  const state = new MaterializedState()
  const answer = await stream.stream<StateEvent>({ live: false })
  for (const event of await answer.json()) if ('type' in event) state.apply(event as never)
  expect(state.get('user', '2')).toEqual({ id: '2', name: 'Bo' })
  expect(state.get('user', '1')).toBeUndefined()
})
