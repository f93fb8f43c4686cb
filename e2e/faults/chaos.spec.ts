import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '../support/fault-fixtures.ts'
import { runtimePage } from '../support/runtime-site.ts'

const product = join(import.meta.dirname, '../../dist')

test('what injects faults is in the test page, and in no build of the product', async ({ site }) => {
  void site // builds the page
  expect(filesNaming(/chaos/i, runtimePage.files).length).toBeGreaterThan(0)
  expect(filesNaming(/SharedWorker/, product), 'the build is there, and this search finds things in it').not.toEqual([])
  expect(filesNaming(/chaos/i, product)).toEqual([])
})

function filesNaming(pattern: RegExp, folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|html)$/.test(name))
  return files.filter((name) => pattern.test(name) || pattern.test(readFileSync(join(folder, name), 'utf8')))
}
