import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Health } from '../health.ts'
import { LogSync } from '../sqlite.ts'
import { openSqliteEventLog } from './sqlite-event-log.ts'

/** What the embedded log says before the disk has it: nothing. */
const health = new Health(pino({ level: 'silent' }))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'durable-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const event = (id: string, text = id) => ({ id, data: JSON.stringify({ id, text }) })

/** A disk that syncs when it is told to. */
function slowDisk() {
  const waiting: (() => void)[] = []
  return {
    waiting,
    sync: () => new Promise<void>((resolve) => waiting.push(resolve)),
    close: async () => {},
    done: () => waiting.shift()!(),
  }
}

test('until it is on the disk, an append is not answered, nobody is told of it, and nobody can read it', async () => {
  const disk = slowDisk()
  const log = await openSqliteEventLog(join(folder, 'events.db'), health, { sync: disk })
  const said: string[] = []
  log.watch(({ items }) => said.push(...items.map(({ id }) => `told ${id}`)))
  const appended = log.append('space:A', [event('1')]).then(() => said.push('answered'))
  await expect.poll(() => disk.waiting.length).toBe(1)
  const reads = [
    log.read('space:A', null, 10, 1e6).then(({ items }) => said.push(`read ${items.length}`)),
    log.latest('space:A', 10).then((items) => said.push(`latest ${items.length}`)),
    log.find('space:A', ['1']).then((items) => said.push(`found ${items.length}`)),
    log.head('space:A').then((head) => said.push(`head ${Number(head)}`)),
    log.count('space:A', null).then((count) => said.push(`count ${count}`)),
    log.streams().then((streams) => said.push(`streams ${streams.length}`)),
  ]
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(said).toEqual([])
  disk.done()
  await Promise.all([appended, ...reads])
  expect(said.toSorted()).toEqual([
    'answered',
    'count 1',
    'found 1',
    'head 1',
    'latest 1',
    'read 1',
    'streams 1',
    'told 1',
  ])
  await log.close()
})

test('what comes while the disk syncs is written in one group after it; a drop keeps its place among the appends', async () => {
  const disk = slowDisk()
  const log = await openSqliteEventLog(join(folder, 'events.db'), health, { sync: disk })
  const all: Promise<unknown>[] = [log.append('space:A', [event('0')])]
  await expect.poll(() => disk.waiting.length).toBe(1)
  for (let n = 1; n <= 20; n++) all.push(log.append('space:A', [event(`${n}`)]))
  all.push(log.drop('space:A'), log.append('space:A', [event('0', 'again')]))
  disk.done()
  await expect.poll(() => disk.waiting.length).toBe(1)
  disk.done()
  await Promise.all(all)
  expect(disk.waiting).toEqual([])
  expect((await log.read('space:A', null, 10, 1e6)).items.map(({ data }) => data)).toEqual([event('0', 'again').data])
  const closing = log.append('space:A', [event('last')])
  const closed = log.close()
  await expect.poll(() => disk.waiting.length).toBe(1)
  disk.done()
  await Promise.all([closing, closed])
  const again = await openSqliteEventLog(join(folder, 'events.db'), health)
  expect(await again.count('space:A', null)).toBe(2)
  await again.close()
})

test('a power cut at any moment: what was answered is in the files as they were synced, through merges of the log', async () => {
  const path = join(folder, 'events.db')
  const real = new LogSync(path)
  let cuts = 0
  /** the files as the disk has them at the end of each sync */
  const disk = {
    async sync() {
      await real.sync()
      copyFileSync(path, `${path}.cut`)
      copyFileSync(`${path}-wal`, `${path}.cut-wal`)
      cuts += 1
    },
    close: () => real.close(),
  }
  const log = await openSqliteEventLog(path, health, { sync: disk })
  const answered: string[] = []
  for (let round = 0; round < 30; round++) {
    const ids = Array.from({ length: 8 }, (_, n) => `${round}-${n}`)
    await Promise.all(ids.map((id) => log.append(`space:${id.at(-1)}`, [event(id, 'x'.repeat(30_000))])))
    answered.push(...ids)
    if (round % 10 === 9) {
      const cut = join(folder, `cut-${round}.db`)
      copyFileSync(`${path}.cut`, cut)
      copyFileSync(`${path}.cut-wal`, `${cut}-wal`)
      const after = await openSqliteEventLog(cut, health)
      const found = await Promise.all(answered.map((id) => after.find(`space:${id.at(-1)}`, [id])))
      expect(answered.filter((_, index) => found[index]!.length === 0)).toEqual([])
      await after.close()
    }
  }
  expect(cuts).toBeGreaterThanOrEqual(30)
  await log.close()
  expect(existsSync(`${path}-wal`)).toBe(false)
})
