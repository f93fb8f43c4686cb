import { describe, expect, test } from 'vitest'
import { mentionsOf } from '../projections/mentions.ts'
import { blocksText } from './drawn-text.ts'
import type { Block, Inline } from './message-ast.ts'
import { parseMessage } from './parse-message.ts'

/**
 * Any message of 60 kB is parsed within a frame, and is drawn with few elements. Measured as the processor's time of the best of
 * several runs: the machine may be busy, a parser that looks back is slow every time (before the budgets: 8 s).
 * `SEED=n` replays the mixtures.
 */
const size = 60_000
const limitMs = 16 * 4
const maxElements = 3_000

const attacks = [
  ['>', '> ', '* ', '- ', '1. ', '+ - ', '  - a\n', '- a\n\n', '- [ ] a\n', '# a\n', '> > - ', '> a\n\n', '\t- a\n'],
  ['*a ', '_a_ ', '**a', 'x*', '*x', '*', '_', 'a*b_', '*a **b ', '*a _b ', '~~a~~ ', '***a** b* ', '这**是**'],
  [
    '[',
    '![',
    '[a](',
    '[a](https://x',
    '![[![[',
    '((((',
    '[a](https://[a]',
    '[a](https://b.c) ',
    ']',
    '](',
    '[](',
    '[a][b]',
  ],
  ['`', '`a', '``a`', '`a` ', '```\n', '````\n```\n', '```js\nx\n```\n', '~~~ a\n', '~~~\n', '```a`\n'],
  [
    '<<<<',
    '<https://',
    'https://a ',
    'https://%% ',
    'https://a.b/(((',
    'www.',
    'https://www.',
    'a@b.',
    '@a.b',
    'a@b.cd ',
    'a.b.',
  ],
  [
    '|',
    '|a',
    'a|b\n-|-\n',
    '| a | b |\n',
    '|-',
    '\\|',
    '@**',
    '@**a',
    '@**a** ',
    '@_**x** ',
    '#**a>',
    '#**a** ',
    '&nbsp;',
    '<!--',
  ],
  [
    '\\',
    '\\*',
    '\\[',
    '\\`',
    '\\# \n',
    '\n',
    ' ',
    '\t',
    '\r',
    '\0',
    '\u202e',
    '\ud800',
    '\u200b',
    '👨‍👩‍👧',
    'a\u0301',
    '"',
    '---\n',
    'a\n---\n',
  ],
].flat()
const fill = (unit: string) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size)

describe('60 kB of', () => {
  test.each(attacks)('%j', (unit) => expectBounded(fill(unit)))

  test('lists indented ever deeper', () => {
    let text = ''
    for (let indent = 0; text.length < size; indent++) text += `${' '.repeat(indent)}- a\n`
    expectBounded(text)
  })
  test('a table', () => {
    const row = (cell: string) => `|${cell.repeat(30)}\n`
    expectBounded((row('a|') + row('-|') + row('*a*|').repeat(1000)).slice(0, size))
  })

  const seed = Number(process.env['SEED'] ?? 1)
  test.each(Array.from({ length: 60 }, (_, at) => seed * 1000 + at))('a mixture, seed %d', (each) => {
    const random = mulberry(each)
    const pick = () => attacks[Math.floor(random() * attacks.length)]!
    const unit = Array.from({ length: 1 + Math.floor(random() * 5) }, pick).join('')
    const head = fill(pick()).slice(0, Math.floor(random() * size))
    expectBounded((head + fill(unit)).slice(0, size))
  })
})

function expectBounded(text: string): void {
  let best = Infinity
  for (let run = 0; run < 6 && best > limitMs / 4; run++) {
    const before = process.cpuUsage()
    parseMessage(text)
    mentionsOf(text)
    const { user, system } = process.cpuUsage(before)
    // two parsings
    best = Math.min(best, (user + system) / 2000)
  }
  expect(best).toBeLessThan(limitMs)
  const blocks = parseMessage(text)
  expect(elementsIn(blocks)).toBeLessThan(maxElements)
  expect(blocksText(blocks)).toMatch(/\S/)
}

function elementsIn(nodes: readonly (Block | Inline)[]): number {
  let count = 0
  for (const node of nodes) {
    count += 1
    if ('children' in node) count += elementsIn(node.children)
    else if (node.type === 'quote') count += elementsIn(node.blocks)
    else if (node.type === 'list') for (const item of node.items) count += 3 + elementsIn(item.blocks)
    else if (node.type === 'table') for (const row of node.rows) for (const cell of row) count += 1 + elementsIn(cell)
  }
  return count
}

function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
