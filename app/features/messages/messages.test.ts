import { describe, expect, test } from 'vitest'
import { isPlain } from './markdown.ts'
import { parseMarkdown } from './markdown-parse.ts'
import { readReactions } from './reactions.ts'
import { safeUrl } from './safe-url.ts'

describe('safeUrl', () => {
  test.each([
    'javascript:alert(1)',
    ' JaVaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc',
    '/local',
    '',
  ])('refuses %s', (address) => expect(safeUrl(address)).toBeNull())
  test.each(['https://a.example/', 'http://a.example/', 'mailto:a@b.example'])('allows %s', (address) =>
    expect(safeUrl(address)).toBe(address),
  )
})

describe('Markdown', () => {
  test('mentions are nodes', () => {
    const [paragraph] = parseMarkdown('hi @**Ann Vale** and a@**b**').children
    expect(paragraph).toMatchObject({
      children: [
        { type: 'text', value: 'hi ' },
        { type: 'mention', name: 'Ann Vale' },
        { type: 'text', value: ' and a@' },
        { type: 'strong' },
      ],
    })
  })
  test('a quote fence is a quotation', () => {
    expect(parseMarkdown('```quote\nsaid *so*\n```').children[0]).toMatchObject({
      type: 'blockquote',
      children: [{ type: 'paragraph' }],
    })
  })
  test('absurd nesting is shown as text', () => {
    const text = `${'>'.repeat(500)} deep`
    expect(parseMarkdown(text).children[0]).toMatchObject({ children: [{ type: 'text', value: text }] })
  })
  test.each(['Hello, how are you?', 'two\nlines', "it's 5 o'clock - really: yes!", 'well-known', 'Grüße 🙂 (ok)'])(
    '%j needs no parser',
    (text) => {
      expect(isPlain(text)).toBe(true)
      expect(parseMarkdown(text).children).toMatchObject([
        { type: 'paragraph', children: [{ type: 'text', value: text }] },
      ])
    },
  )
  test.each([
    '*a*',
    '- list',
    '1. list',
    'a\n- list',
    '# h',
    '`c`',
    'https://x.example',
    'www.x.example',
    '@**Ann**',
    'a\n\nb',
    '    code',
    '&amp;',
    'a\n===',
    'me@b.example',
  ])('%j is parsed', (text) => expect(isPlain(text)).toBe(false))
})

describe('readReactions', () => {
  test('counts, and knows mine', () => {
    expect(readReactions('{"👍":["a","me"],"🎉":["b"],"x":[]}', 'me')).toEqual([
      { emoji: '👍', count: 2, mine: true, people: ['a', 'me'] },
      { emoji: '🎉', count: 1, mine: false, people: ['b'] },
    ])
  })
  test.each(['', '{}', 'null', '{', '[]', '{"x":3}'])('%j is none', (json) =>
    expect(readReactions(json, 'me')).toEqual([]),
  )
})
