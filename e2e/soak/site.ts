import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { build } from 'vite'
import { startServer } from '../../server/start-server.ts'
import { OtherPerson } from '../support/other-person.ts'

export interface SoakSite {
  readonly url: string
  readonly page: string
  /** somebody on another device, in the same space */
  readonly other: OtherPerson
  /** the space's own stream, and that of what is in its room */
  readonly ofSpace: string
  readonly stream: string
  readonly room: string
  close(): Promise<void>
}

const root = join(import.meta.dirname, '../..')
const runtimePage = 'e2e/runtime/page/index.html'

/** The product with its Service Worker and the bare runtime page beside the app, on a sync server in this process. */
export async function openSoakSite(anew: boolean): Promise<SoakSite> {
  const dist = join(root, '.cache/soak-site')
  if (anew) {
    const input = ['index.html', runtimePage].map((file) => join(root, file))
    await build({ root, logLevel: 'error', build: { outDir: dist, emptyOutDir: true, rollupOptions: { input } } })
  }
  const dataDirectory = mkdtempSync(join(tmpdir(), 'rsql-soak-'))
  const logger = pino({ level: 'silent' })
  const server = await startServer({ port: 0, host: '127.0.0.1', dataDirectory, dist, logger })
  const url = `http://localhost:${server.port}`
  const other = await OtherPerson.signIn(url, 'Other')
  const { ofSpace, stream, rooms } = await other.createSpace('Soak', ['soak'])
  return {
    url,
    page: `${url}/${runtimePage}`,
    other,
    ofSpace,
    stream,
    room: rooms[0]!,
    async close() {
      await server.close()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}
