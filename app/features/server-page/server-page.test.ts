import { beforeEach, expect, test, vi } from 'vitest'

const page = (room: string) => ({ stream: 'space:s', room, name: 'general', rows: [{ id: 'm' }], fromBeginning: true })
let answer: () => void
vi.mock('./read-room-page.ts', () => ({
  readRoomPage: (_space: string, room: string) => new Promise((resolve) => (answer = () => resolve(page(room)))),
}))

const go = (pathname: string) => vi.stubGlobal('location', { pathname, search: '', hash: '' })
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

/** A start in room r whose local read goes on, and whose server has been asked. */
async function slowStart() {
  vi.resetModules()
  go('/s/s/r')
  vi.stubGlobal('localStorage', { getItem: () => JSON.stringify({ actor: 'ann', name: 'Ann' }) })
  vi.spyOn(performance, 'now').mockReturnValue(1_000)
  const serverPage = await import('./server-page.ts')
  let localComes = () => {}
  serverPage.raceServerPage(new Promise<void>((resolve) => (localComes = resolve)))
  await vi.waitFor(() => expect(answer).toBeTypeOf('function'), 20_000)
  return { ...serverPage, localComes }
}
beforeEach(() => {
  answer = undefined!
  vi.restoreAllMocks()
})

test('the page is all there is, until the local rows are there', async () => {
  const { isLocalHere, localComes } = await slowStart()
  expect(isLocalHere()).toBe(true)
  answer()
  await settled()
  expect(isLocalHere()).toBe(false)
  localComes()
  await settled()
  expect(isLocalHere()).toBe(true)
})

test('a page that comes when the app is on screen already does not take it away', async () => {
  const { isLocalHere, keepLocal } = await slowStart()
  keepLocal()
  answer()
  await settled()
  expect(isLocalHere()).toBe(true)
})

test('a page of a room that was left meanwhile is dropped', async () => {
  const { isLocalHere } = await slowStart()
  go('/s/s/another')
  answer()
  await settled()
  expect(isLocalHere()).toBe(true)
})
