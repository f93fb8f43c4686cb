import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** The compiler takes every name of a style sheet: one that is not there draws nothing, and nobody is told. */
test('every class that a component names is in its style sheet', () => {
  const missing: string[] = []
  let named = 0
  const all = readdirSync(join(root, 'app'), { recursive: true, encoding: 'utf8' })
  for (const file of all.filter((name) => name.endsWith('.tsx')).map((name) => join('app', name))) {
    const source = readFileSync(join(root, file), 'utf8')
    for (const [, name, sheet] of source.matchAll(/^import (\w+) from '(.+\.module\.css)'$/gm)) {
      const path = join(root, dirname(file), sheet!)
      const classes = new Set([...readFileSync(path, 'utf8').matchAll(/\.([A-Za-z][\w-]*)/g)].map(([, one]) => one))
      for (const [, used] of source.matchAll(new RegExp(`\\b${name}\\.(?!module\\.css)(\\w+)`, 'g'))) {
        named++
        if (!classes.has(used)) missing.push(`${file}: ${used} is not in ${relative(root, path)}`)
      }
    }
  }
  expect(named).toBeGreaterThan(300)
  expect(missing).toEqual([])
})
