import { expect, test } from 'vitest'
import type { PresenceLineMessage, PresenceRequest } from '../../schema/messages/presence.ts'
import type { ReceivedTail } from '../../schema/messages/received.ts'
import { withPresence } from './presence-line.ts'
import type { SyncApi } from './sync-api.ts'

function world() {
  const posted: PresenceLineMessage[] = []
  const said: PresenceRequest[] = []
  const answers: (() => void)[] = []
  const toMachine: ReceivedTail[] = []
  let hear: (message: PresenceLineMessage) => void = () => {}
  let deliver: (message: ReceivedTail) => void = () => {}
  let end: () => void = () => {}
  const api = {
    tail: (onMessage: (message: ReceivedTail) => void) =>
      new Promise<void>((resolve) => {
        deliver = onMessage
        end = resolve
      }),
  } as Partial<SyncApi> as SyncApi
  const line = {
    post: (message: PresenceLineMessage) => posted.push(message),
    listen: (on: typeof hear) => (hear = on),
  }
  const wrapped = withPresence(api, line, (request) => {
    said.push(request)
    return new Promise<void>((resolve) => answers.push(resolve))
  })
  const ended = wrapped.tail((message) => toMachine.push(message), new AbortController().signal)
  return {
    posted,
    said,
    toMachine,
    deliver: (message: ReceivedTail) => deliver(message),
    hear: (request: PresenceRequest) => hear({ type: 'SAY', said: request }),
    async answer() {
      answers.shift()!()
      await new Promise((resolve) => setTimeout(resolve))
    },
    async end() {
      end()
      await ended
    },
  }
}
const heads: ReceivedTail = { type: 'heads', actor: 'me', heads: [], gone: [] }
const word = (watch: string, whole = false, tab = 't') => ({ tab, watch: [watch], typing: null, whole })

test('what the tail brings of presence goes to the tabs, and the sync machine hears nothing of it', async () => {
  const { deliver, posted, toMachine, end } = world()
  deliver(heads)
  const told = { type: 'presence', stream: 'space:s', whole: true, people: [] } as const
  deliver(told)
  await end()
  expect(posted).toEqual([{ type: 'OPEN' }, { type: 'TOLD', told }, { type: 'LOST' }])
  expect(toMachine).toEqual([heads])
})

test('of a tab one word is on its way, then the newest; “whole” is not lost with one that is left out', async () => {
  const { deliver, hear, said, answer } = world()
  hear(word('early')) // nobody listens yet
  deliver(heads)
  hear(word('1'))
  hear(word('2', true))
  hear(word('3'))
  hear(word('other', false, 'u'))
  expect(said).toEqual([word('1'), word('other', false, 'u')])
  await answer()
  expect(said.slice(2)).toEqual([word('3', true)])
  await answer()
  await answer()
  expect(said.length).toBe(3)
})

test('nothing is said once the tail has ended', async () => {
  const { deliver, hear, said, end } = world()
  deliver(heads)
  await end()
  hear(word('1'))
  expect(said).toEqual([])
})
