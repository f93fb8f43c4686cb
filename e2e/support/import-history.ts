import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** `npm run import -- FILE --space NAME` against this server; answers what it printed. */
export function importHistory(
  file: string,
  space: string,
  server: string,
): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve, reject) => {
    const parameters = ['--import', 'tsx', 'server/import/main.ts', file, '--space', space, '--server', server]
    const child = spawn(process.execPath, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: string): void => void (output += chunk)
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, output }))
  })
}
