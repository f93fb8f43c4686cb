import { beforeEach, expect, test, vi } from 'vitest'

let stored: Map<string, string>
let leave: () => void

/** As after a reload: what is in memory is gone. */
async function start() {
  vi.resetModules()
  return import('./view-trials.ts')
}

beforeEach(() => {
  stored = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  })
  vi.stubGlobal('window', { addEventListener: (_: string, listener: () => void) => (leave = listener) })
})

test('a view whose first rows never came because the page died is not asked again by itself', async () => {
  const { beginTrial, isStopped } = await start()
  beginTrial('endless')
  expect(isStopped('endless')).toBe(false)
  const again = await start()
  expect(again.isStopped('endless')).toBe(true)
  expect(again.isStopped('another')).toBe(false)
  again.allowTrial('endless')
  expect((await start()).isStopped('endless')).toBe(false)
})

test('nor is one that took too long; one that answered, with rows or an error, is', async () => {
  const { beginTrial, endTrial, stopTrial } = await start()
  for (const view of ['slow', 'quick']) beginTrial(view)
  stopTrial('slow')
  endTrial('quick')
  leave()
  const again = await start()
  expect(['slow', 'quick'].map(again.isStopped)).toEqual([true, false])
})

test('a page that is left in order stops nothing', async () => {
  const { beginTrial } = await start()
  beginTrial('one')
  beginTrial('two')
  leave()
  expect(stored.size).toBe(0)
})

test('what somebody else wrote there stops nothing', async () => {
  stored.set('views-stopped', '{"a":')
  expect((await start()).isStopped('a')).toBe(false)
  stored.set('views-stopped', '3')
  expect((await start()).isStopped('a')).toBe(false)
})
