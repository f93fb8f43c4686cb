import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** WCAG 2 AA for text: 4.5. What is written on what, in either theme; what a person sees depends on their data, so axe alone may miss it. */
const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name!,
    { light: rgb(light!), dark: rgb(dark!) },
  ]),
)
type Rgb = readonly [number, number, number]

for (const theme of ['light', 'dark'] as const) {
  const colour = (name: string): Rgb => {
    const found = tokens.get(name)
    if (!found) throw new Error(`no token --${name}`)
    return found[theme]
  }
  const over = (name: string, percent: number, ground: Rgb) => mixed(colour(name), ground, percent / 100)

  for (const ground of ['bg', 'panel', 'raised']) {
    test.each(['text', 'text-2', 'text-3', 'accent', 'danger', 'ok', 'warn'])(
      `${theme}: --%s on --${ground}`,
      (text) => {
        expect(contrast(colour(text), colour(ground))).toBeGreaterThan(4.5)
      },
    )
    test(`${theme}: text on a hovered and on a selected row of --${ground}`, () => {
      const hovered = over('text', 6, colour(ground))
      const selected = over('accent', 14, colour(ground))
      for (const text of ['text', 'text-2', 'text-3', 'accent'])
        for (const row of [hovered, selected]) expect(contrast(colour(text), row), text).toBeGreaterThan(4.5)
    })
  }

  test(`${theme}: a message that names the reader, with another name in it`, () => {
    const row = colour('mention')
    for (const text of ['text', 'text-2', 'text-3', 'accent'])
      expect(contrast(colour(text), row), text).toBeGreaterThan(4.5)
    const otherName = over('accent', 75, colour('text'))
    expect(contrast(otherName, over('accent', 14, row))).toBeGreaterThan(4.5)
    expect(contrast(colour('text'), over('warn', 26, row))).toBeGreaterThan(4.5)
  })
}

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb
}

function mixed(a: Rgb, b: Rgb, part: number): Rgb {
  return a.map((value, i) => value * part + b[i]! * (1 - part)) as unknown as Rgb
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
