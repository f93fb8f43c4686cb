import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** An editor shows a doc comment for the symbol behind it. What a whole file is about stands in a plain one. */
test('no doc comment hangs on an import', () => {
  const listed = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { cwd: root, encoding: 'utf8' }).split('\n')
  const files = listed.filter((file) => file !== '' && existsSync(join(root, file)))
  expect(files.length).toBeGreaterThan(500)
  const lost = files.filter((file) =>
    /^\/\*\*(?:(?!\*\/)[^])*\*\/\s*import /m.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(lost).toEqual([])
})
