import { expect, test } from 'vitest'
import { ownRoute } from './own-link.ts'

const here = 'https://rooms.example'
test.each([
  ['https://rooms.example/s/a/r#m', { space: 'a', room: 'r', page: null, panel: null, inspect: null, message: 'm' }],
  [
    'https://rooms.example/s/a/r?panel=thread&thread=t#m',
    { space: 'a', room: 'r', page: null, panel: { kind: 'thread', thread: 't' }, inspect: null, message: 'm' },
  ],
  ['https://rooms.example/s/a', { space: 'a', room: null, page: null, panel: null, inspect: null, message: null }],
  ['https://rooms.example/api/spaces', null],
  ['https://rooms.example/', null],
  ['https://other.example/s/a/r#m', null],
  ['http://rooms.example/s/a/r#m', null],
  ['https://rooms.example:8443/s/a/r#m', null],
  ['mailto:ann@rooms.example', null],
  ['nonsense', null],
])('%s', (address, route) => expect(ownRoute(address, here)).toEqual(route))
