import { describe, expect, test } from 'vitest'
import { formatRoute, parseRoute, type Route } from './routes.ts'

describe('routes', () => {
  const routes: Route[] = [
    { space: null, room: null, page: null, panel: null, inspect: null, message: null },
    { space: '01S', room: null, page: null, panel: null, inspect: null, message: null },
    { space: '01S', room: 'a/b %', page: null, panel: null, inspect: null, message: null },
    { space: '01S', room: '01R', page: null, panel: { kind: 'thread', thread: 't-01' }, inspect: null, message: '01M' },
    {
      space: '01S',
      room: '01R',
      page: null,
      panel: { kind: 'search', text: 'from:ann "a b"' },
      inspect: null,
      message: null,
    },
    { space: '01S', room: '01R', page: null, panel: { kind: 'threads' }, inspect: null, message: null },
    { space: '01S', room: 'a/b %', page: 'p/1 ?', panel: { kind: 'pages' }, inspect: null, message: null },
    { space: '01S', room: null, page: null, panel: null, inspect: { part: null, of: null }, message: '01M' },
    { space: null, room: null, page: null, panel: null, inspect: { part: 'graph', of: 'a&b #1' }, message: null },
    {
      space: '01S',
      room: '01R',
      page: null,
      panel: { kind: 'search', text: 'of tea' },
      inspect: { part: 'console', of: null },
      message: null,
    },
  ]
  test.each(routes)('%o survives the address bar', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route)
  })
  test('?inspect alone opens the inspector', () => {
    expect(parseRoute('/s/01S/01R?inspect').inspect).toEqual({ part: null, of: null })
    expect(parseRoute('/?inspect').inspect).toEqual({ part: null, of: null })
  })
  test('an unknown panel or broken encoding is no crash', () => {
    expect(parseRoute('/s/%E0%A4%A/01R?panel=nope#%')).toEqual({
      space: '%E0%A4%A',
      room: '01R',
      page: null,
      panel: null,
      inspect: null,
      message: '%',
    })
  })
})
