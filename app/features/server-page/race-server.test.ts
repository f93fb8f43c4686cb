import { describe, expect, test, vi } from 'vitest'
import { raceServer } from './race-server.ts'

/** A race whose three runners the test moves. */
function start() {
  let settleLocal = () => {}
  let failLocal: (error: Error) => void = () => {}
  let work: (() => void) | null = null
  let answer: { resolve(page: string): void; reject(error: Error): void } | null = null
  const shown: string[] = []
  const ask = vi.fn((signal: AbortSignal) => {
    signals.push(signal)
    return new Promise<string>((resolve, reject) => (answer = { resolve, reject }))
  })
  const signals: AbortSignal[] = []
  raceServer({
    local: new Promise<void>((resolve, reject) => ([settleLocal, failLocal] = [resolve, reject])),
    patienceMs: 1000,
    ask,
    show: (page) => shown.push(page),
    after(ms, later) {
      expect(ms).toBe(1000)
      work = later
      return () => (work = null)
    },
  })
  return {
    ask,
    shown,
    signals,
    local: async () => (settleLocal(), await tick()),
    localFails: async () => (failLocal(new Error('no storage')), await tick()),
    patienceEnds: () => work?.(),
    answers: async (page: string) => (answer!.resolve(page), await tick()),
    fails: async () => (answer!.reject(new Error('offline')), await tick()),
  }
}
const tick = () => new Promise((resolve) => setTimeout(resolve))

describe('the local read against the server', () => {
  test('a fast start asks the server nothing', async () => {
    const race = start()
    await race.local()
    race.patienceEnds()
    expect(race.ask).not.toHaveBeenCalled()
  })

  test('the server is first: its page shows', async () => {
    const race = start()
    race.patienceEnds()
    await race.answers('page')
    expect(race.shown).toEqual(['page'])
    await race.local()
    expect(race.shown).toEqual(['page'])
  })

  test('the local read is first: the request ends, and what it says is dropped', async () => {
    const race = start()
    race.patienceEnds()
    await race.local()
    expect(race.signals[0]!.aborted).toBe(true)
    await race.answers('page')
    expect(race.shown).toEqual([])
  })

  test('a local read that fails leaves the server its time', async () => {
    const race = start()
    await race.localFails()
    race.patienceEnds()
    await race.answers('page')
    expect(race.shown).toEqual(['page'])
  })

  test('a server that fails changes nothing', async () => {
    const race = start()
    race.patienceEnds()
    await race.fails()
    await race.local()
    expect(race.shown).toEqual([])
  })
})
