import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const folders = ['app', 'bench', 'dataflow', 'e2e', 'package', 'react', 'schema', 'scripts', 'server', 'workers']

/** An editor shows a doc comment for the symbol behind it. What a whole file is about stands in a plain one. */
test('no doc comment hangs on an import', () => {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('node_modules'))
      .map((file) => join(folder, file)),
  )
  expect(files.length).toBeGreaterThan(500)
  const lost = files.filter((file) => {
    return /^\/\*\*(?:(?!\*\/)[^])*\*\/\s*import /m.test(readFileSync(join(root, file), 'utf8'))
  })
  expect(lost).toEqual([])
})
