import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { staged } from './build.ts'

/**
 * What an application downloads for each entry: minified, with its dependencies, gzipped; without React, Kysely and SQLite
 * itself.
 */
export async function packageSizes(): Promise<{ name: string; kilobytes: number }[]> {
  const dist = join(staged, 'dist')
  const entries = readdirSync(dist).filter((file) => file.endsWith('.js') && !file.startsWith('chunk-'))
  return Promise.all(
    entries.map(async (entry) => {
      const external = ['react', 'kysely', '@sqlite.org/sqlite-wasm']
      const building = await rolldown({ input: join(dist, entry), external, platform: 'browser' })
      const { output } = await building.generate({ format: 'esm', minify: true })
      await building.close()
      const bytes = output.reduce((sum, file) => sum + (file.type === 'chunk' ? gzipSync(file.code).length : 0), 0)
      return { name: entry === 'index.js' ? '.' : `./${entry.slice(0, -3)}`, kilobytes: bytes / 1000 }
    }),
  )
}
