import { isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const main = join(import.meta.dirname, 'main.ts')
const threads = join(import.meta.dirname, 'read-model/start-thread.ts')
/** No two processes of tests that run at once share it. */
const worker = process.env['TEST_PARALLEL_INDEX'] ?? process.env['VITEST_POOL_ID'] ?? 'alone'
const file = join(import.meta.dirname, '../.cache/server', `${worker}.js`)
let built: Promise<unknown> | null = null

/**
 * `main.ts` and what it imports of the project as one file of JavaScript, made at the first call: the tests start a
 * server a hundred times, and a loader that reads TypeScript takes longer to start than the server.
 */
export async function serverProgram(): Promise<string> {
  built ??= build({
    input: main,
    platform: 'node',
    // its threads are started from their sources
    transform: { define: { 'import.meta.url': JSON.stringify(pathToFileURL(threads).href) } },
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    logLevel: 'warn',
    output: { file, format: 'esm', codeSplitting: false },
  })
  await built
  return file
}
