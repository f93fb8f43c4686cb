import { describe, expect, test } from 'vitest'
import { formatRoute, parseRoute, type Route } from './routes.ts'

describe('routes', () => {
  const routes: Route[] = [
    { space: null, room: null, page: null, panel: null, message: null },
    { space: '01S', room: null, page: null, panel: null, message: null },
    { space: '01S', room: 'a/b %', page: null, panel: null, message: null },
    { space: '01S', room: '01R', page: null, panel: { kind: 'thread', thread: 't-01' }, message: '01M' },
    { space: '01S', room: '01R', page: null, panel: { kind: 'search', text: 'from:ann "a b"' }, message: null },
    { space: '01S', room: '01R', page: null, panel: { kind: 'threads' }, message: null },
    { space: '01S', room: 'a/b %', page: 'p/1 ?', panel: { kind: 'pages' }, message: null },
  ]
  test.each(routes)('%o survives the address bar', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route)
  })
  test('an unknown panel or broken encoding is no crash', () => {
    expect(parseRoute('/s/%E0%A4%A/01R?panel=nope#%')).toEqual({
      space: '%E0%A4%A',
      room: '01R',
      page: null,
      panel: null,
      message: '%',
    })
  })
})
