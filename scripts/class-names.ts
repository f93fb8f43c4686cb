import { createHash } from 'node:crypto'
import { basename, relative } from 'node:path'

const root = new URL('..', import.meta.url).pathname

/** What a class of a CSS module is called in the page: known without bundling, for the page's static part. */
export function className(local: string, file: string): string {
  const path = relative(root, file.split('?')[0]!).replaceAll('\\', '/')
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 5)
  return `${basename(path, '.module.css')}_${local}_${digest}`
}
