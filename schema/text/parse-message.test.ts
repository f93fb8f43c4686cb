import { describe, expect, test } from 'vitest'
import { mentionsOf } from '../projections/mentions.ts'
import { parseMessage } from './parse-message.ts'
import { plainLine, plainText } from './plain-text.ts'

describe('what looks like mark-up, and is none, is drawn as it was typed', () => {
  test.each([
    '[redacted]: https://a.example/x',
    '[^1]: note',
    'a claim[^1]',
    '[](https://a.example)',
    '[ ](https://a.example)',
    '[click](javascript:alert(1))',
    '[local](/etc/passwd)',
    '+',
    '-',
    '*',
    '#',
    '###',
    '# #',
    '# ---',
    '- -',
    '1. -',
    '>',
    '> >',
    '1.',
    '---',
    '***',
    '```',
    '~~~',
    '```\n```',
    '` `',
    '|',
    '| | |\n|-|-|',
    '&nbsp;',
    '&lt;b&gt; &#65;',
    'see [docs][d]\n[d]: https://a.example',
    'hello\n---',
    'hello\n===',
    'C:\\new\\*.txt',
    'dir C:\\a\\*.txt C:\\b\\*.txt',
    '\\\\server\\share',
    '2*3*4',
    '2**3**4',
    'a * b * c',
    'f(*args, **kwargs)',
    'char *p, *q;',
    'src/*.ts test/*.ts',
    '*.ts|*.js',
    'snake_case_name and other_name_too',
    'snake__case__name',
    '__init__ and __main__',
    '~5 or ~6',
    '* * * * * /bin/run',
    '*/5 * * * *',
    '/* a comment */',
    '(a)*(b)*(c)',
    '007. Bond',
    '>_< ouch',
    '>:(',
    '<!-- a comment -->',
    '<div>\n  <b>x</b>\n\t<i/>\n</div>',
    '    four spaces',
    'a\\',
    '$x_1 + y_2$ and \\alpha_{i_j}',
    '@**|12**',
    '#****',
    '😀 ok',
    '👨‍👩‍👧 می‌خواهم',
  ])('%j', (text) => expect(plainText(text)).toBe(text))
})

describe('mark-up', () => {
  test.each([
    ['*a* **b** ***c*** _d_ __e f__ ~~g~~', 'a b c d e f g'],
    ['**a *b***, *a **b***', 'a b, a b'],
    ['*a*b*c*', 'a*b*c'],
    ['(*a*) "**b**" *c*.', '(a) "b" c.'],
    ['**yes**/**no** **f**(x) **a**+**b** **注意。**这是', 'yes/no f(x) a+b 注意。这是'],
    ['src/**/*.ts test/**/*.ts f(x=**a, y=**b)', 'src/**/*.ts test/**/*.ts f(x=**a, y=**b)'],
    ['这是**重要**的。', '这是重要的。'],
    ['\\*a\\* \\_b_ \\`c\\` \\# d', '*a* _b_ `c` \\# d'],
    ['\\# no heading\n\\- no list\n1\\. none', '# no heading\n- no list\n1. none'],
    ['`a_b` ``c`d`` ` e `', 'a_b c`d e'],
    ['```js\na *b*\n\n  c\n```\nd', 'a *b*\n\n  c\nd'],
    ['```\nopen', 'open'],
    ['```not a language\nx```', 'not a language\nx'],
    ['# A *b*', 'A b'],
    ['> a\n> b\nc', 'a\nb\nc'],
    ['```quote\nsaid *so*\n```', 'said so'],
    ['- a\n- b', '• a\n• b'],
    ['7. a\n9) b\n9. c', '7. a\n9) b\n9. c'],
    ['- [x] a\n- [ ] b', '☑ a\n☐ b'],
    ['| a | b |\n|---|:-:|\n| 1 \\| 2 | `x` | 3 |', 'a | b | \n1 | 2 | x | 3'],
    [
      '[docs](https://a.example/x) ![cat](https://a.example/c.png) ![](https://a.example/d)',
      'docs cat https://a.example/d',
    ],
    ['@**Ann Vale** @**Ann Vale|1234** @_**Bo**', '@Ann Vale @Ann Vale @Bo'],
    ['#**general** #**general>plans** #**general>plans@77**', '#general #general > plans #general > plans'],
    ['a\r\nb\rc', 'a\nb\nc'],
  ])('%j', (text, drawn) => expect(plainText(text)).toBe(drawn))

  test('a rule divides, and is text where there is nothing to divide', () => {
    expect(parseMessage('a\n---\nb').map(({ type }) => type)).toEqual(['paragraph', 'rule', 'paragraph'])
    expect(parseMessage('a\n***').map(({ type }) => type)).toEqual(['paragraph', 'paragraph'])
  })
  test('lists nest, and end where the text is not indented', () => {
    expect(parseMessage('- a\n  - b\n\n    more of b\n- c\n\nd')).toMatchObject([
      { type: 'list', items: [{ blocks: [{}, { type: 'list', items: [{ blocks: [{}, {}] }] }] }, {}] },
      { type: 'paragraph' },
    ])
  })
  test('what nests deeper than anybody reads is text', () => {
    const text = `${'> '.repeat(50)}deep`
    expect(plainText(text)).toBe(`${'> '.repeat(42)}deep`)
  })
})

describe('addresses', () => {
  const links = (text: string) => JSON.stringify(parseMessage(text)).match(/(?<="url":")[^"]*/g) ?? []
  test.each([
    ['see https://a.example/x_(y), ok', ['https://a.example/x_(y)']],
    ['(https://a.example/x).', ['https://a.example/x']],
    ['**https://a.example/x**', ['https://a.example/x']],
    ['看https://a.example/x。好', ['https://a.example/x']],
    ['<https://a.example/x>', ['https://a.example/x']],
    ['www.a.example me@a.example', ['http://www.a.example/', 'mailto:me@a.example']],
    ['`https://a.example`', []],
    ['javascript:alert(1) data:text/html,x file:///etc', []],
    ['[x](https://bank.example@evil.example)', []],
    ['https:// www. http://.', []],
    [`https://a.example/${'x'.repeat(5000)}`, []],
  ])('%s', (text, expected) => expect(links(text)).toEqual(expected))

  test.each([
    ['[https://bank.example](https://evil.example/x)', 'evil.example'],
    ['[bank.example/login](https://evil.example/x)', 'evil.example'],
    ['[go to https://bank.example now](https://evil.example)', 'evil.example'],
    ['[bank.example](https://bank.example.evil.example)', 'bank.example.evil.example'],
    ['[https://a.example/short](https://www.a.example/long)', null],
    ['[the docs](https://a.example)', null],
    ['[v1.2](https://a.example)', null],
  ])('a label that reads as another address tells where it goes: %s', (text, host) =>
    expect(parseMessage(text)).toMatchObject([{ children: [{ type: 'link', host }] }]),
  )
})

describe('what cannot be seen', () => {
  test.each([
    ['', '(blank)'],
    [' \n\t ', '(blank)'],
    ['\u200b\u2060', '(blank: U+200B U+2060)'],
    ['\u3164', '(blank: U+3164)'],
    ['photo_\u202egnp.exe', 'photo_\ufffdgnp.exe'],
    ['a\u0000b\u001b[1m', 'a␀b␛[1m'],
    ['a\ud800b', 'a\ufffdb'],
    ['*\u200b*', '*\u200b*'],
    ['**\u200b** x', '\u200b x'],
  ])('%j', (text, drawn) => expect(plainText(text)).toBe(drawn))
})

describe('mentionsOf', () => {
  test.each([
    ['hi @**Cy Vale 8**, @kim: see `@simp`', ['Cy Vale 8', 'kim']],
    ['@**Ann Vale|1234** and @**Ann Vale**', ['Ann Vale']],
    ['@_**Ann Vale|1234** said', []],
    ['> @**Ann** asked\n- @Bo', ['Ann', 'Bo']],
    ['```\n@**Ann**\n```', []],
    ['\\@**Ann** me@b.example', []],
    ['**@**', []],
  ])('%j', (text, names) => expect(mentionsOf(text)).toEqual(names))
})

describe('plainLine', () => {
  test.each([
    ['**a**\n\n`b_c`  d', 100, 'a b_c d'],
    ['one two three', 8, 'one two…'],
    ['ab👨‍👩‍👧cd', 5, 'ab…'],
    ['e\u0301e\u0301e\u0301', 4, 'e\u0301…'],
    ['🇩🇪🇫🇷', 5, '🇩🇪…'],
  ])('%j in %d', (text, length, line) => expect(plainLine(text, length)).toBe(line))
})
