import { expect } from 'vitest'
import { startTestServer } from '../testing.ts'
import { ImportError } from './import-error.ts'
import { contentOf, importFile, importFolder } from './testing.ts'

/** For tests of odd files: a server, an importer, and lines to write. */
export async function oddFiles() {
  const server = await startTestServer({ limits: { spacesPerPerson: { burst: 1000, perSecond: 1 } } })
  const folder = importFolder()
  const connection = await folder.connect(server.origin)
  let spaces = 0
  return {
    async imported(content: string | Uint8Array, name?: string) {
      const space = `Odd ${++spaces}`
      const outcome = await importFile(connection, folder.write(content, name), space)
      return { ...outcome, ...(await contentOf(connection, space)) }
    },
    /** what is said of a file that cannot be imported */
    async refusal(content: string | Uint8Array): Promise<string> {
      const space = `Odd ${++spaces}`
      const failing = importFile(connection, folder.write(content), space)
      await expect(failing).rejects.toBeInstanceOf(ImportError)
      expect((await contentOf(connection, space)).events, 'nothing is made').toEqual([])
      return failing.then(
        () => '',
        (error: Error) => error.message,
      )
    },
    async dispose() {
      await server.dispose()
      folder.remove()
    },
  }
}
export type OddFiles = Awaited<ReturnType<typeof oddFiles>>

/** when `line` was written, in seconds */
export const s = 1_700_000_000
export const line = (id: unknown, more: object = {}): object => ({
  id,
  stream: 'general',
  topic: '',
  sender: 'Ann',
  ts: typeof id === 'number' && id < 1e6 ? s + id : s,
  text: `text ${String(id)}`,
  ...more,
})
export const json = (...lines: (object | string)[]) =>
  lines.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n')
/** "Ann | …:21.000Z | text 1" is said of line(1) by its text alone */
export const texts = (messages: readonly string[]) => messages.map((message) => message.split(' | ')[3])
export const fields = (messages: readonly string[], ...which: number[]) =>
  messages.map((message) => which.map((field) => message.split(' | ')[field]).join(' | '))
