import { describe, expect, test } from 'vitest'
import { isKeptAttribute, isKeptTag, readKeptScreen } from './kept-screen.ts'

describe('a kept screen cannot run, load or submit anything', () => {
  test.each(['script', 'style', 'iframe', 'img', 'object', 'embed', 'link', 'form', 'use', 'foreignobject', 'x-y'])(
    'no element %s',
    (tag) => expect(isKeptTag(tag)).toBe(false),
  )
  test.each([
    'href',
    'src',
    'srcset',
    'style',
    'id',
    'onclick',
    'onload',
    'action',
    'formaction',
    'xlink:href',
    'slot',
    ':style',
  ])('no attribute %s', (name) => expect(isKeptAttribute(name)).toBe(false))
  test.each(['class', 'dir', 'role', 'aria-label', 'data-key', 'viewBox', 'd', 'stroke-width', 'x1'])(
    '%s is kept',
    (name) => expect(isKeptAttribute(name)).toBe(true),
  )
})

test('what another build or somebody else wrote there is no screen', () => {
  expect(readKeptScreen(null)).toBeNull()
  for (const stored of ['null', '{}', '[]', '3', '{"shell":"<b>","address":"/","at":1}']) {
    expect(readKeptScreen(stored), stored).toBeNull()
  }
  expect(() => readKeptScreen('{')).toThrow()
})
