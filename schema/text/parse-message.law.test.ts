import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Block, Inline } from './message-ast.ts'
import { parseMessage } from './parse-message.ts'
import { safeUrl } from './safe-url.ts'
import { showHidden } from './visible-text.ts'

/**
 * The law: what is drawn never shows less than was typed. Judged without the parser: letters and digits of the source stand
 * in what is drawn, in order; of mark-up characters no more are missing than the elements that were drawn are written with.
 * `SEED=n` replays a failure, which prints its seed.
 */
const seed = process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}

const fragments = [
  [
    '*',
    '**',
    '***',
    '_',
    '__',
    '~~',
    '`',
    '``',
    '```',
    '\\',
    '[',
    ']',
    '(',
    ')',
    '](',
    '![',
    '<',
    '>',
    '|',
    '#',
    '-',
    '+',
  ],
  [' ', ' ', ' ', ' ', '\n', '\n', '\n\n', '\t', '    ', '\r\n'],
  [
    'a',
    'b',
    'c1',
    'wörd',
    '上海',
    'ไทย',
    'עברית',
    '😀',
    '👨‍👩‍👧',
    'e\u0301',
    '\u200b',
    '\u202e',
    '\ud800',
    '&amp;',
    '$',
    '%',
    '.',
    ',',
    '!',
  ],
  [
    '- ',
    '* ',
    '+ ',
    '1. ',
    '7) ',
    '> ',
    '# ',
    '### ',
    '- [ ] ',
    '- [x] ',
    '  - ',
    '---',
    '***',
    '===',
    '~~~',
    '```js\n',
    '\n```\n',
    '```quote\n',
  ],
  [
    '|a|b|\n|-|:-:|\n',
    '| x ',
    '[t](https://a.example/p)',
    '![i](https://a.example/i)',
    '[t](javascript:x)',
    '[d]: ',
    '[^1]',
  ],
  [
    'https://a.example/q',
    'www.a.example',
    'm@a.example',
    '<https://a.example/r>',
    '@**Ann**',
    '@_**Bo**',
    '#**room>topic**',
    '<b>',
    '<!--',
    '-->',
  ],
].flat()
const message = fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 40 }).map((parts) => parts.join(''))

describe('parseMessage', () => {
  test('shows all that was typed', () => {
    fc.assert(
      fc.property(fc.oneof(message, fc.string({ unit: 'binary', maxLength: 60 })), (text) => {
        // the word of a quotation's fence is mark-up
        const source = showHidden(text).replaceAll('```quote', '```')
        const blocks = parseMessage(text)
        const drawn = new Drawn(blocks)
        expect(drawn.text, 'something is drawn').toMatch(/\S/)
        if (drawn.text.startsWith('(blank')) return
        expect(missingLetters(source, drawn.text)).toBe('')
        for (const [char, may] of drawn.spent()) {
          const missing = count(source, char) - count(drawn.text, char)
          expect(missing, `${char} missing`).toBeLessThanOrEqual(may)
        }
      }),
      { numRuns: 4000, ...seed },
    )
  })

  test('leads nowhere but to addresses that are allowed', () => {
    const target = fc.oneof(
      fc.webUrl(),
      fc.constantFrom(
        'javascript:alert(1)',
        'JAVASCRIPT:x',
        'data:text/html,x',
        'vbscript:x',
        '//a',
        'https://a@b',
        'file:///x',
      ),
    )
    fc.assert(
      fc.property(message, target, message, (before, url, after) => {
        for (const link of linksIn(parseMessage(`${before}[x](${url})${after}<${url}> ${url}`)))
          expect(safeUrl(link)).toBe(link)
      }),
      { numRuns: 1500, ...seed },
    )
  })
})

/** What a reader can see or be told of, and how many characters of mark-up the elements are written with. */
class Drawn {
  text = ''
  readonly #spent = new Map<string, number>([...'*_~`[]()<>#|!-+:\\'].map((char) => [char, 0]))
  constructor(blocks: readonly Block[]) {
    blocks.forEach((block) => this.#block(block))
  }
  spent() {
    return this.#spent
  }
  #may(chars: string, times = 1) {
    for (const char of chars) this.#spent.set(char, this.#spent.get(char)! + times)
  }
  #block(block: Block): void {
    switch (block.type) {
      case 'paragraph':
        this.#inlines(block.children)
        break
      case 'heading':
        this.#may('#', block.level)
        this.#inlines(block.children)
        break
      case 'quote':
        this.#may('>`', Infinity)
        block.blocks.forEach((each) => this.#block(each))
        break
      case 'list':
        for (const item of block.items) {
          if (!block.ordered) this.#may('*+-')
          else this.text += item.marker
          if (item.checked !== null) {
            this.#may('[]')
            if (item.checked) this.text += 'x'
          }
          item.blocks.forEach((each) => this.#block(each))
        }
        break
      case 'codeBlock':
        this.#may('`~', Infinity)
        this.text += `${block.language ?? ''}\n${block.text}`
        break
      case 'table':
        this.#may('|:-\\', Infinity)
        block.rows.forEach((row) => row.forEach((cell) => this.#inlines(cell)))
        break
      case 'rule':
        this.text += block.typed
    }
    this.text += '\n'
  }
  #inlines(nodes: readonly Inline[]): void {
    nodes.forEach((node) => this.#inline(node))
  }
  #inline(node: Inline): void {
    switch (node.type) {
      case 'text':
        this.text += node.text
        // a backslash may have gone for each character that it kept from being mark-up
        this.#may(
          '\\',
          count(node.text, '*') +
            count(node.text, '_') +
            count(node.text, '~') +
            (node.text.match(/[`[#>+.)@<!-]/g)?.length ?? 0),
        )
        break
      case 'code':
        this.#may('`', Infinity)
        this.text += node.text
        break
      case 'strong':
        this.#may('*_', 4)
        this.#inlines(node.children)
        break
      case 'emphasis':
        this.#may('*_', 2)
        this.#inlines(node.children)
        break
      case 'strike':
        this.#may('~', 4)
        this.#inlines(node.children)
        break
      case 'link':
        this.#may('[]()<>!')
        this.#inlines(node.children)
        // its tooltip
        this.text += ` ${node.url} `
        break
      case 'mention':
        this.#may('*', 4)
        this.#may('_')
        this.text += `@${node.name}`
        break
      case 'roomLink':
        this.#may('*', 4)
        this.text += `#${node.room}>${node.thread ?? ''}`
    }
  }
}

function missingLetters(source: string, drawn: string): string {
  const have = [...drawn]
  let at = 0
  for (const char of source) {
    if (!/[\p{L}\p{N}\p{S}\p{M}$%.,&=]/u.test(char) || /[|`~<>+^]/.test(char)) continue
    while (at < have.length && have[at] !== char) at++
    if (at === have.length) return `${char} of ${JSON.stringify(source)} in ${JSON.stringify(drawn)}`
    at++
  }
  return ''
}

function count(text: string, char: string): number {
  return text.split(char).length - 1
}

function linksIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const own = 'url' in node ? [String(node.url)] : []
  return [...own, ...Object.values(node).flatMap(linksIn)]
}
