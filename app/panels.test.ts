import { expect, test } from 'vitest'
import { openedPanel, panelKinds, panels, parsePanel, printPanel, type PanelKind, type PanelOf } from './panels.ts'

const samples: { readonly [K in PanelKind]: PanelOf<K> } = {
  thread: { kind: 'thread', thread: 't-01 &?#' },
  search: { kind: 'search', text: 'from:ann "a b" & c' },
  threads: { kind: 'threads' },
  pages: { kind: 'pages' },
  comments: { kind: 'comments' },
  history: { kind: 'history', at: '117000000000000000' },
  pins: { kind: 'pins' },
  view: { kind: 'view', view: '01V &?#' },
  query: { kind: 'query', sql: "SELECT '&?#' -- a\nFROM rooms", name: 'a & b' },
  tour: { kind: 'tour' },
  members: { kind: 'members' },
}

test.each(panelKinds)('%s survives the address bar', (kind) => {
  expect(parsePanel(new URLSearchParams(printPanel(samples[kind]).toString()))).toEqual(samples[kind])
})

test.each(panelKinds.filter((kind) => panels[kind].button))('what the button of %s opens survives it too', (kind) => {
  expect(parsePanel(printPanel(openedPanel(kind)))).toEqual(openedPanel(kind))
})

test.each(['nope', 'constructor', '__proto__', 'thread', ''])('panel=%s of an address is none', (kind) => {
  expect(parsePanel(new URLSearchParams({ panel: kind }))).toBeNull()
})
