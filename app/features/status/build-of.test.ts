import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildOf, buildTag } from './build-of.ts'

const page = readFileSync(new URL('../../../index.html', import.meta.url), 'utf8')
const built = (name: string) => page.replace('</head>', `${buildTag(name)}</head>`)

test('the page says its build, and nothing else in it is taken for one', () => {
  expect(buildOf(page)).toBeNull()
  expect(buildOf(built('0123456789abcdef'))).toBe('0123456789abcdef')
})

test("the page's own first script reads the same name", () => {
  const pattern = /var its = \/(.*)\/\.exec\(html\)/.exec(page)![1]!
  expect(new RegExp(pattern).exec(page)).toBeNull()
  expect(new RegExp(pattern).exec(built('0123456789abcdef'))![1]).toBe('0123456789abcdef')
})
