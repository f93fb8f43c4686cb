import { createReadStream, existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { build } from 'vite'

/** A page, and where what Vite makes of it goes. */
export interface BuiltPage {
  readonly root: string
  readonly files: string
}
const project = join(import.meta.dirname, '../..')
/** No two processes that run at once share a folder: one empties it before it builds. */
const built = join(project, '.cache/pages', process.env['TEST_PARALLEL_INDEX'] ?? 'alone')
export const runtimePage: BuiltPage = {
  root: join(project, 'e2e/runtime/page'),
  files: join(built, 'runtime'),
}
export const todoPage: BuiltPage = { root: join(project, 'examples/todo'), files: join(built, 'todo') }
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }
const builds = new Map<BuiltPage, Promise<unknown>>()

/** A page of the runtime (the bare one, if none is named) at an origin of its own, so with empty storage and no worker that another test left. */
export class RuntimeSite {
  readonly #server: Server
  readonly url: string

  static async open(page: BuiltPage = runtimePage): Promise<RuntimeSite> {
    const building =
      builds.get(page) ??
      build({
        configFile: false,
        root: page.root,
        logLevel: 'error',
        worker: { format: 'es' },
        build: { outDir: page.files, emptyOutDir: true, target: 'es2023' },
      })
    builds.set(page, building)
    await building
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      if (pathname === '/elsewhere')
        return response
          .setHeader('content-type', 'text/html')
          .end('<title>elsewhere</title><link rel="icon" href="data:,">')
      const file = join(page.files, pathname === '/' ? 'index.html' : pathname)
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
