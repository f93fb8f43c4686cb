import { expect, test } from 'vitest'
import { newFolder, startProcess } from '../testing-process.ts'
import { runFuzz } from './run-fuzz.ts'

/** The short run; `npm run fuzz:server -- --requests 200000 --seed S` is the long one. */
test('random requests: the process lives, good events are there once, nobody else notices', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  const folder = newFolder()
  const server = await startProcess(folder.path)
  try {
    const report = await runFuzz(server.origin, server.pid, { requests: 1000, seed })
    expect(report.broken, `seed ${seed}`).toEqual([])
    expect(report.acknowledged, `seed ${seed}`).toBeGreaterThan(150)
    expect((await server.health()).status).toBe('ok')
    expect(server.log()).not.toMatch(/"level":(50|60)/)
  } finally {
    expect(await server.end()).toBe(0)
    folder.remove()
  }
})
