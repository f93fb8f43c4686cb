import * as fc from 'fast-check'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { blocksText } from '../../../schema/text/drawn-text.ts'
import { parseMessage } from '../../../schema/text/parse-message.ts'
import { safeUrl } from '../../../schema/text/safe-url.ts'
import { MessageText } from './MessageText.tsx'

/** What the parser says is drawn, is: the markup that React makes has that text, in order, and leads nowhere else. */
const html = (text: string, names: readonly string[] = []) =>
  renderToStaticMarkup(createElement(MessageText, { text, names }))

const seed = process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}
const fragment = fc.constantFrom(
  ...'* ** _ ~~ ` ``` \\ [ ]( ) > | # - <b> &amp; " \' שלום a b1 😀'.split(' '),
  ' ',
  '\n',
  '- ',
  '3. ',
  '> ',
  '- [x] ',
  '|a|b|\n|-|-|\n',
  '```js\n',
  '[t](https://a.example/p "q")',
  '[bank.example](https://evil.example/)',
  '[x](javascript:alert)',
  'https://b.example/<x>',
  '@**Ann|1**',
)

describe('MessageText', () => {
  test('draws all that the parser read, as text', () => {
    fc.assert(
      fc.property(fc.array(fragment, { minLength: 1, maxLength: 30 }), (parts) => {
        const text = parts.join('')
        fc.pre(!text.includes('#**')) // a link to a room asks the database for it
        const drawn = html(text)
        expect(missing(blocksText(parseMessage(text)), textOf(drawn))).toBe('')
        for (const [, address] of drawn.matchAll(/href="([^"]*)"/g))
          expect(safeUrl(decode(address!))).toBe(decode(address!))
        expect(drawn).not.toMatch(/<(?:b|script|img|iframe)[\s>]/)
      }),
      { numRuns: 1500, ...seed },
    )
  })
  test('each block has its own direction', () => {
    const drawn = html('שלום\n\nhello\n\n- שלום\n- hello\n\n> שלום')
    expect(drawn.match(/<li dir="\w+"/g)).toEqual(['<li dir="rtl"', '<li dir="ltr"'])
    expect(drawn).toContain('<blockquote dir="rtl">')
    expect(drawn.match(/<p dir="auto"/g)).toHaveLength(5)
  })
  test('lists keep the numbers that were typed', () => {
    expect(textOf(html('7. a\n9) b\n\ntext\n\n1. c\n1. d'))).toBe('7.a9)btext1.c1.d')
  })
  test('a mention of the reader stands out, a silent one does not', () => {
    const classOf = (text: string) => /class="([^"]*)" dir="auto">@Ann/.exec(html(text, ['Ann']))![1]
    expect(classOf('@**Ann|12**')).not.toBe(classOf('@_**Ann|12**'))
    expect(classOf('@**Ann|12**')).toBe(classOf('@**Ann**'))
  })
  test('a link tells where it leads', () => {
    expect(html('[docs](https://a.example/x "the docs")')).toContain('title="the docs\nhttps://a.example/x"')
    expect(textOf(html('[bank.example](https://evil.example/)'))).toBe('bank.example (evil.example)')
  })
})

function textOf(markup: string): string {
  return decode(markup.replace(/<[^>]*>/g, ''))
}

function decode(text: string): string {
  return text.replace(/&(?:lt|gt|quot|#x27|amp);/g, (each) => characters[each]!)
}
const characters: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
  '&amp;': '&',
}

/** The first character of the text that is not there, in order; space, boxes of tasks and bars of tables are shapes. */
function missing(text: string, drawn: string): string {
  let at = 0
  for (const char of text) {
    if (/[\s☑☐|—-]/.test(char)) continue
    const found = drawn.indexOf(char, at)
    if (found < 0) return `${char} of ${JSON.stringify(text)} in ${JSON.stringify(drawn)}`
    at = found + char.length
  }
  return ''
}
