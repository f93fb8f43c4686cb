import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => vi.restoreAllMocks())

test('no formatter is made while the app starts, and each is made once', async () => {
  const made = vi.spyOn(Intl, 'DateTimeFormat')
  vi.resetModules()
  const { formatTime, formatFull, formatShort } = await import('./format-time.ts')
  expect(made).not.toHaveBeenCalled()
  const at = new Date(2024, 4, 17, 14, 5).getTime()
  expect(formatTime(at)).toBe(new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }))
  const afterFirst = made.mock.calls.length
  expect(afterFirst).toBeGreaterThan(0)
  expect(formatShort(at, at)).toBe(formatTime(at))
  expect(made).toHaveBeenCalledTimes(afterFirst)
  expect(formatFull(at)).toContain('2024')
  expect(made).toHaveBeenCalledTimes(afterFirst + 1)
})
