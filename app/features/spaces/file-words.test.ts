import { expect, test } from 'vitest'
import { fileName, lackOfRoom } from './file-words.ts'

test.each([
  ['Q&A: Über uns/2026', 'Q A Über uns 2026.sqlite'],
  ['../../etc/passwd', 'etc passwd.sqlite'],
  ['🎉', 'space.sqlite'],
  ['日本語の部屋', '日本語の部屋.sqlite'],
  ['𝒜'.repeat(80), `${'𝒜'.repeat(60)}.sqlite`],
])('the space “%s” is saved as “%s”', (name, file) => {
  expect(fileName(name)).toBe(file)
})

test('a file that does not fit is told of before it is read', () => {
  const space = { usage: 900e6, quota: 1000e6 }
  expect(lackOfRoom(60e6, space)).toBe(null)
  expect(lackOfRoom(80e6, space)).toContain('needs some 120 MB, and the browser has 100 MB left')
  expect(lackOfRoom(80e6, { usage: 1100e6, quota: 1000e6 }), 'more than the quota').toContain('0 B left')
  expect(lackOfRoom(80e6, null), 'nobody knows').toBe(null)
})
