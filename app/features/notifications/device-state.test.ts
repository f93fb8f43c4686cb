import { expect, test } from 'vitest'
import { deviceState } from './device-state.ts'

const browser = { hasPush: true, isHandheldApple: false, permission: 'granted', endpoint: 'e' } as const
const server = { key: 'k', endpoint: 'e' }
const off = { type: 'off', key: 'k' }

test.each([
  ['all agree', browser, server, { type: 'on' }],
  ['the browser has no subscription', { ...browser, endpoint: null }, server, off],
  ['the server forgot it, or it is another person’s', browser, { ...server, endpoint: null }, off],
  ['the server has another one', browser, { ...server, endpoint: 'older' }, off],
  ['neither has one', { ...browser, endpoint: null }, { ...server, endpoint: null }, off],
  ['nobody was asked yet', { ...browser, permission: 'default' as const }, server, off],
  ['it is refused in the browser', { ...browser, permission: 'denied' as const }, server, { type: 'denied' }],
  ['the server sends none', browser, { key: null, endpoint: null }, { type: 'server-silent' }],
  ['the browser has no push', { ...browser, hasPush: false }, server, { type: 'unsupported', onHomeScreen: false }],
  [
    'an iPhone has it on the home screen alone',
    { ...browser, hasPush: false, isHandheldApple: true },
    server,
    { type: 'unsupported', onHomeScreen: true },
  ],
])('%s', (_when, browser, server, state) => expect(deviceState(browser, server)).toEqual(state))
