import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import { protocolVersion } from '../../schema/messages/runtime/protocol.ts'

const root = join(import.meta.dirname, '../..')

export interface Version {
  /** one more migration than the present build has */
  readonly newerSchema?: boolean
  readonly protocol?: number
}

/** Builds the app as another version of it would be: the same sources, another number. Answers its folder. */
export async function buildVersion(version: Version): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'rsql-version-'))
  const plugin = (): Plugin => otherVersion(version)
  await build({
    root,
    mode: 'production',
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
    plugins: [plugin()],
    worker: { plugins: () => [plugin()] },
  })
  return outDir
}

function otherVersion({ newerSchema, protocol }: Version): Plugin {
  return {
    name: 'other-version',
    enforce: 'pre',
    transform(code, id) {
      if (newerSchema && id.endsWith('schema/tables/migrations.ts')) {
        return replaced(
          code,
          /(?<=migrations: readonly string\[\] = \[[^\]]*?),?\s*\]/,
          `, 'CREATE TABLE of_the_future (x)']`,
        )
      }
      if (protocol && id.endsWith('schema/messages/runtime/protocol.ts')) {
        return replaced(code, `protocolVersion = ${protocolVersion}`, `protocolVersion = ${protocol}`)
      }
      return null
    },
  }
}

function replaced(code: string, before: string | RegExp, after: string): string {
  const other = code.replace(before, after)
  if (other === code) throw new Error(`there is no ${before} to replace`)
  return other
}
