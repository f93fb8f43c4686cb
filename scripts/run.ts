import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Runs one of the project's own binaries in the repo's root, on this terminal; resolves with its exit code. */
export function run(
  binary: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const path = join(root, 'node_modules/.bin') + delimiter + (process.env['PATH'] ?? '')
  return new Promise((resolve) => {
    const child = spawn(binary, parameters, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment, PATH: path },
      shell: process.platform === 'win32',
    })
    child.once('error', (error) => {
      console.log(`${binary} did not start: ${error.message}`)
      resolve(1)
    })
    child.once('close', (exitCode) => resolve(exitCode ?? 1))
  })
}
