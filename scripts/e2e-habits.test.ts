import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** What makes an end-to-end test fail now and then: it asks once about what comes a moment later. */
const habits = [
  { pattern: /expect\s*\.poll\(/, instead: 'eventually(…), which asks again when the question itself fails' },
  {
    pattern: /\.(isVisible|isHidden|isEnabled|isDisabled|isEditable|isChecked)\(\)/,
    instead: 'expect(locator), which waits',
  },
  {
    pattern:
      /expect\(\s*await [^;\n]*?\.(textContent|innerText|inputValue|getAttribute|allInnerTexts|allTextContents)\(/,
    instead: 'expect(locator), which waits',
  },
  { pattern: /networkidle/, instead: 'what the page shows when it is there: a live connection is never idle' },
]
const found = (text: string): string[] =>
  habits.flatMap(({ pattern, instead }) => {
    const match = pattern.exec(text)
    return match ? [`${match[0]}: ${instead}`] : []
  })

const folder = join(import.meta.dirname, '../e2e')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

test('end-to-end tests wait for what comes a moment later', () => {
  expect(files.length).toBeGreaterThan(50)
  const faults = files
    .filter((name) => name !== join('support', 'eventually.ts'))
    .flatMap((name) => found(readFileSync(join(folder, name), 'utf8')).map((fault) => `${name}: ${fault}`))
  expect(faults).toEqual([])
})

describe('is found', () => {
  test.each([
    'await expect.poll(() => valueOf(tab, sql)).toBe(1)',
    'await expect\n    .poll(() => page.evaluate(usage))',
    'if (await confirm.isVisible()) await confirm.click()',
    'expect(await box.isChecked()).toBe(true)',
    "expect(await link.getAttribute('aria-label')).toBe('garden')",
    'expect(await row.locator("p").allInnerTexts()).toEqual([])',
    "await page.goto(url, { waitUntil: 'networkidle' })",
  ])('%s', (text) => expect(found(text)).toHaveLength(1))
})
