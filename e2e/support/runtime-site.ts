import { createReadStream, existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '../runtime/page')
export const runtimePageFiles = join(import.meta.dirname, '../../.cache/runtime-page')
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }
let built: Promise<unknown> | null = null

/** The bare runtime page at an origin of its own, so with empty storage and no worker that another test left. */
export class RuntimeSite {
  readonly #server: Server
  readonly url: string

  static async open(): Promise<RuntimeSite> {
    built ??= build({
      configFile: false,
      root,
      logLevel: 'error',
      worker: { format: 'es' },
      build: { outDir: runtimePageFiles, emptyOutDir: true, target: 'es2023' },
    })
    await built
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      if (pathname === '/elsewhere')
        return response
          .setHeader('content-type', 'text/html')
          .end('<title>elsewhere</title><link rel="icon" href="data:,">')
      const file = join(runtimePageFiles, pathname === '/' ? 'index.html' : pathname)
      if (!existsSync(file)) return response.writeHead(404).end()
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
      return createReadStream(file).pipe(response)
    })
    await new Promise<void>((listening) => server.listen(0, listening))
    return new RuntimeSite(server)
  }

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://localhost:${(server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((closed) => this.#server.close(closed))
  }
}
