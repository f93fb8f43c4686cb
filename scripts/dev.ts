import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createServer } from 'vite'

/** `npm run dev`: Vite with hot reload (workers included) and the sync server, which restarts when its sources change. */
const root = join(import.meta.dirname, '..')
const syncPort = process.env['SYNC_PORT'] ?? '5174'
process.env['SYNC_SERVER'] = `http://127.0.0.1:${syncPort}`

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')
const server = spawn(process.execPath, [tsx, 'watch', '--clear-screen=false', 'server/main.ts'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, PORT: syncPort },
})
const vite = await createServer({ root })
await vite.listen()
vite.printUrls()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.kill('SIGTERM')
    void vite.close().finally(() => process.exit(0))
  })
}
server.once('exit', (exitCode) => {
  console.error(`the sync server ended (${exitCode ?? 'killed'})`)
  void vite.close().finally(() => process.exit(1))
})
