import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BadOffset, StaleHead, type Commit, type EventLog, type LogItem } from './event-log.ts'

/** What every EventLog owes, whatever stores it. `reopen` closes nothing: it opens what `open` opened before. */
export function eventLogConformance(
  name: string,
  adapter: { open(): Promise<EventLog>; reopen(): Promise<EventLog>; dispose(): Promise<void> },
): void {
  const stream = 'space:A'
  const event = (id: string) => ({ id, data: JSON.stringify({ id, text: `“${id}” ∀` }) })
  const ids = (items: readonly LogItem[]) => items.map((item) => item.id)
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => event(String(from + i).padStart(4, '0')))

  describe(`EventLog: ${name}`, () => {
    let log: EventLog
    beforeEach(async () => {
      log = await adapter.open()
    })
    afterEach(async () => {
      await log.close()
      await adapter.dispose()
    })

    test('a stream that nobody wrote to is empty and has no head', async () => {
      expect(await log.head(stream)).toBeNull()
      expect(await log.read(stream, null, 10, 1e6)).toEqual({ items: [], upToDate: true })
      expect(await log.latest(stream, 10)).toEqual([])
      expect(await log.find(stream, ['a'])).toEqual([])
      expect(await log.count(stream, null)).toBe(0)
      expect(await log.streams()).toEqual([])
    })

    test('what was appended is read back in order, word for word, with rising seqs', async () => {
      const appended = await log.append(stream, range(1, 20))
      const { items, upToDate } = await log.read(stream, null, 100, 1e6)
      expect(items.map(({ id, data }) => ({ id, data }))).toEqual(range(1, 20))
      expect(items.map((item) => item.seq)).toEqual(appended.map((one) => one.seq))
      expect([...items].map((item) => item.seq).sort()).toEqual(items.map((item) => item.seq))
      expect(new Set(items.map((item) => item.seq)).size).toBe(20)
      expect(upToDate).toBe(true)
      expect(await log.head(stream)).toBe(items.at(-1)?.seq)
    })

    test('reading goes on where it stopped, and says when it is up to date', async () => {
      await log.append(stream, range(1, 25))
      const read: string[] = []
      let after: string | null = null
      for (let page = 1; ; page++) {
        const { items, upToDate } = await log.read(stream, after, 10, 1e6)
        read.push(...ids(items))
        after = items.at(-1)?.seq ?? after
        expect(upToDate).toBe(page >= 3)
        if (upToDate) break
      }
      expect(read).toEqual(range(1, 25).map((one) => one.id))
      expect(await log.read(stream, after, 10, 1e6)).toEqual({ items: [], upToDate: true })
    })

    test('a page stops at the bytes asked for, but never before its first item', async () => {
      await log.append(stream, range(1, 10))
      const size = event('0001').data.length
      expect((await log.read(stream, null, 100, size * 3)).items).toHaveLength(3)
      expect((await log.read(stream, null, 100, 1)).items).toHaveLength(1)
    })

    test('an id is taken once and for ever; its first seq is answered', async () => {
      const [first] = await log.append(stream, [event('a')])
      const again = await log.append(stream, [event('b'), event('a'), event('b')])
      expect(again.map((one) => one.duplicate)).toEqual([false, true, true])
      expect(again[1]).toEqual({ ...first, duplicate: true })
      expect(again[2]?.seq).toBe(again[0]?.seq)
      expect(ids((await log.read(stream, null, 10, 1e6)).items)).toEqual(['a', 'b'])
      await log.close()
      log = await adapter.reopen()
      expect(await log.append(stream, [event('a')])).toEqual([{ ...first, duplicate: true }])
      expect(await log.count(stream, null)).toBe(2)
    })

    test('the same id in another stream is another event', async () => {
      await log.append(stream, [event('a')])
      expect(await log.append('space:B', [event('a')])).toMatchObject([{ duplicate: false }])
      expect((await log.streams()).toSorted()).toEqual(['space:A', 'space:B'])
    })

    test('what was acknowledged is there after a restart', async () => {
      await log.append(stream, range(1, 5))
      const before = await log.read(stream, null, 10, 1e6)
      await log.close()
      log = await adapter.reopen()
      expect(await log.read(stream, null, 10, 1e6)).toEqual(before)
      await log.append(stream, range(6, 6))
      expect(ids((await log.read(stream, before.items[4]!.seq, 10, 1e6)).items)).toEqual(['0006'])
    })

    test('appends at the same time all land, each once, each caller with its own seqs', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => log.append(stream, [event(`x${i}`), event(`y${i}`), event('shared')])),
      )
      const { items } = await log.read(stream, null, 1000, 1e7)
      expect(items).toHaveLength(101)
      const seqOf = new Map(items.map((item) => [item.id, item.seq]))
      for (const [i, answer] of answers.entries()) {
        expect(answer.map((one) => one.seq)).toEqual([seqOf.get(`x${i}`), seqOf.get(`y${i}`), seqOf.get('shared')])
      }
      expect(answers.filter((answer) => !answer[2]!.duplicate)).toHaveLength(1)
    })

    test('an append that expects another head changes nothing, and harms no neighbour', async () => {
      const [a] = await log.append(stream, [event('a')])
      const [refused, taken] = await Promise.allSettled([
        log.append(stream, [event('b')], { expect: null }),
        log.append(stream, [event('c')], { expect: a!.seq }),
      ])
      expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(StaleHead) })
      expect(taken.status).toBe('fulfilled')
      expect(ids((await log.read(stream, null, 10, 1e6)).items)).toEqual(['a', 'c'])
      await expect(log.append('space:new', [event('n')], { expect: null })).resolves.toHaveLength(1)
    })

    test('an offset that was never given out is refused', async () => {
      await log.append(stream, range(1, 3))
      for (const bad of ['', 'x', '-1', '99999999999999999999', '9999999999999999', '1; DROP TABLE events']) {
        await expect(log.read(stream, bad, 10, 1e6), bad).rejects.toThrow(BadOffset)
        await expect(log.count(stream, bad), bad).rejects.toThrow(BadOffset)
      }
    })

    test('latest is the newest page, oldest first; find answers what is there; count what lies beyond', async () => {
      const appended = await log.append(stream, range(1, 30))
      expect(ids(await log.latest(stream, 3))).toEqual(['0028', '0029', '0030'])
      expect(ids(await log.latest(stream, 99))).toHaveLength(30)
      expect(ids(await log.find(stream, ['0007', 'nope', '0030'])).toSorted()).toEqual(['0007', '0030'])
      expect(await log.count(stream, null)).toBe(30)
      expect(await log.count(stream, appended[9]!.seq)).toBe(20)
      expect(await log.count(stream, appended[29]!.seq)).toBe(0)
    })

    test('what is rewritten keeps its id, seq and time, nobody is told, and a hash says what it was', async () => {
      const appended = await log.append(stream, range(1, 3))
      const seen: Commit[] = []
      const stop = log.watch((commit) => seen.push(commit))
      const rewrite = [{ id: '0002', data: '{"id":"0002"}', erased: 'hash of 2' }]
      const late = { id: '0005', data: '{"id":"0005"}', erased: 'hash of 5' }
      await log.append(stream, [event('0004'), late], { rewrite })
      await expect(log.append(stream, [event('x')], { expect: null, rewrite })).rejects.toThrow(StaleHead)
      stop()
      expect(seen.flatMap((commit) => ids(commit.items))).toEqual(['0004', '0005'])
      await log.close()
      log = await adapter.reopen()
      const { items } = await log.read(stream, null, 10, 1e6)
      const { seq, receivedAt } = appended[1]!
      expect(items[1]).toMatchObject({ id: '0002', data: rewrite[0]!.data, seq, receivedAt })
      expect(items.map((item) => item.data)).toEqual(
        [range(1, 1), rewrite, range(3, 4), late].flat().map((one) => one.data),
      )
      const found = await log.find(stream, ['0001', '0002', '0005'])
      expect(new Map(found.map(({ id, erased }) => [id, erased]))).toEqual(
        new Map([
          ['0001', undefined],
          ['0002', 'hash of 2'],
          ['0005', 'hash of 5'],
        ]),
      )
      expect(await log.append(stream, [event('0002')])).toMatchObject([{ duplicate: true }])
      expect((await log.find(stream, ['0002']))[0]!.data).toBe(rewrite[0]!.data)
    })

    test('a stream that is dropped leaves nothing, and its name begins anew; others stay', async () => {
      await log.append('space:B', range(1, 3))
      const [first] = await log.append(stream, range(1, 3))
      await log.drop(stream)
      await log.drop('space:never')
      expect(await log.head(stream)).toBeNull()
      expect(await log.find(stream, ['0001'])).toEqual([])
      expect(await log.streams()).toEqual(['space:B'])
      await log.close()
      log = await adapter.reopen()
      expect(await log.read(stream, null, 10, 1e6)).toEqual({ items: [], upToDate: true })
      const [again] = await log.append(stream, [event('0001')], { expect: null })
      expect(again!.duplicate).toBe(false)
      expect(again!.seq >= first!.seq).toBe(true)
      expect(ids((await log.read(stream, null, 10, 1e6)).items)).toEqual(['0001'])
      expect(ids(await log.latest('space:B', 10))).toHaveLength(3)
    })

    test('watch tells of every commit in order, without gaps and without duplicates', async () => {
      const seen: Commit[] = []
      const stop = log.watch((commit) => seen.push(commit))
      await Promise.all([log.append(stream, range(1, 3)), log.append('space:B', range(1, 1))])
      await log.append(stream, [event('0002'), event('0004')])
      await log.append(stream, [event('0004')])
      stop()
      await log.append(stream, [event('0005')])
      const mine = seen.filter((commit) => commit.stream === stream)
      expect(mine.flatMap((commit) => ids(commit.items))).toEqual(['0001', '0002', '0003', '0004'])
      let after: string | null = null
      for (const commit of mine) {
        expect(commit.after).toBe(after)
        after = commit.items.at(-1)!.seq
      }
    })
  })
}
