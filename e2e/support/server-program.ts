import { isAbsolute, join } from 'node:path'
import { build } from 'rolldown'

const root = join(import.meta.dirname, '../..')
/** No two processes that run at once share it. */
const file = join(root, '.cache/server', `${process.env['TEST_PARALLEL_INDEX'] ?? 'alone'}.js`)
let built: Promise<unknown> | null = null

/**
 * `server/main.ts` and what it imports of the project as one file of JavaScript, made at the first call: the tests start
 * a server a hundred times, and a loader that reads TypeScript takes longer to start than the server.
 */
export async function serverProgram(): Promise<string> {
  built ??= build({
    input: join(root, 'server/main.ts'),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    logLevel: 'warn',
    output: { file, format: 'esm', codeSplitting: false },
  })
  await built
  return file
}
