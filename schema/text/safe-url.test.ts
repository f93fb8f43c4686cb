import { describe, expect, test } from 'vitest'
import { safeUrl } from './safe-url.ts'

describe('safeUrl', () => {
  test.each([
    'javascript:alert(1)',
    ' JaVaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc',
    'https://bank.example@evil.example/',
    'https://a:b@evil.example/',
    '/local',
    '',
  ])('refuses %s', (address) => expect(safeUrl(address)).toBeNull())
  test.each(['https://a.example/', 'http://a.example/', 'mailto:a@b.example'])('allows %s', (address) =>
    expect(safeUrl(address)).toBe(address),
  )
})
