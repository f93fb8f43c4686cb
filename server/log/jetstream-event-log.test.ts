import { connect, type NatsConnection } from '@nats-io/transport-node'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Health } from '../health.ts'
import { makeLogger } from '../logger.ts'
import { eventLogConformance } from './event-log.conformance.ts'
import { openJetStreamEventLog } from './jetstream-event-log.ts'
import { natsVersion, startNats } from './testing-nats.ts'

const version = natsVersion()
if (version === null) console.log('skipped: the log on NATS, because nats-server is not installed')

const health = new Health(makeLogger('error', pino.destination(2)))

describe.skipIf(version === null)('on NATS JetStream', () => {
  let nats: Awaited<ReturnType<typeof startNats>>
  let connection: NatsConnection
  const folder = mkdtempSync(join(tmpdir(), 'mirrors-'))
  let prefix = ''
  let opened = 0
  // each node has a mirror of its own
  const reopen = (mirror = `${++opened}.db`) =>
    openJetStreamEventLog(connection, health, { prefix, shards: 2, replicas: 1, mirror: join(folder, mirror) })

  beforeAll(async () => {
    nats = await startNats()
    connection = await connect({ servers: nats.url, waitOnFirstConnect: true })
  })
  afterAll(async () => {
    await connection.close()
    await nats.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  eventLogConformance('NATS JetStream', {
    open: () => {
      prefix = `T${randomUUID().replaceAll('-', '')}`
      return reopen()
    },
    reopen: () => reopen(),
    dispose: async () => {},
  })

  test('two nodes that append at once agree on every seq, and an id is taken once', async () => {
    prefix = `T${randomUUID().replaceAll('-', '')}`
    const nodes = [await reopen(), await reopen()] as const
    const event = (id: string) => ({ id, data: JSON.stringify({ id }) })
    const appends = Array.from({ length: 60 }, (_, i) => nodes[i % 2]!.append('space:A', [event(`shared ${i >> 1}`)]))
    const answers = (await Promise.all(appends)).flat()
    expect(answers.filter((one) => !one.duplicate)).toHaveLength(30)
    const pages = async () => Promise.all(nodes.map((node) => node.read('space:A', null, 100, 1e6)))
    await expect.poll(async () => (await pages()).map((page) => page.items.length)).toEqual([30, 30])
    const [one, other] = await pages()
    expect(one).toEqual(other)
    for (const node of nodes) await node.close()
  })

  test('of two nodes that expect the same head one is first, every time', async () => {
    prefix = `T${randomUUID().replaceAll('-', '')}`
    const nodes = [await reopen(), await reopen()] as const
    for (let round = 0; round < 30; round++) {
      const event = (node: number) => ({ id: `${round} of ${node}`, data: '{}' })
      const head = await nodes[0]!.head('space:A')
      await expect.poll(() => nodes[1]!.head('space:A')).toBe(head)
      const both = await Promise.allSettled(nodes.map((log, i) => log.append('space:A', [event(i)], { expect: head })))
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    }
    expect(await nodes[0]!.count('space:A', null)).toBe(30)
    for (const node of nodes) await node.close()
  })

  test('a node that comes back keeps its mirror and reads what came since; seqs, ids and drops are those of the others', async () => {
    prefix = `T${randomUUID().replaceAll('-', '')}`
    const other = await reopen()
    let node = await reopen('kept.db')
    const event = (n: number) => ({ id: `e${n}`, data: JSON.stringify({ n }) })
    const streams = ['space:A', 'space:B', 'space:C', 'space:D']
    for (let round = 0; round < 3; round++) {
      for (const [n, stream] of streams.entries()) await node.append(stream, [event(10 * round + n)])
      await other.drop(streams[round]!)
      if (round === 1) await other.append(streams[0]!, [event(99)])
      await expect.poll(() => node.head(streams[round]!)).toBe(null)
      await node.close()
      for (const [n, stream] of streams.entries()) await other.append(stream, [event(1000 + 10 * round + n)])
      node = await reopen('kept.db')
      for (const stream of streams) {
        expect(await node.read(stream, null, 100, 1e6)).toEqual(await other.read(stream, null, 100, 1e6))
        // what both know by id, and where the next one goes
        expect(
          await node.append(stream, [event(1000 + 10 * round + streams.indexOf(stream)), event(2000 + round)]),
        ).toEqual([
          { seq: expect.any(String), receivedAt: expect.any(Number), duplicate: true },
          { seq: expect.any(String), receivedAt: expect.any(Number), duplicate: false },
        ])
      }
    }
    await node.close()
    await other.close()
  })

  test('a mirror of another log is made anew', async () => {
    prefix = `T${randomUUID().replaceAll('-', '')}`
    const before = await reopen('another.db')
    await before.append('space:A', [{ id: 'old', data: '{}' }])
    await before.close()
    prefix = `T${randomUUID().replaceAll('-', '')}`
    const after = await reopen('another.db')
    expect(await after.streams()).toEqual([])
    await after.append('space:A', [{ id: 'new', data: '{}' }])
    expect((await after.read('space:A', null, 10, 1e6)).items.map(({ id }) => id)).toEqual(['new'])
    await after.close()
  })
})
