import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

/** What an application downloads for each entry: minified, with its dependencies, gzipped; without React, Kysely and SQLite itself. */
export function packageSizes(dist: string): Promise<{ entry: string; kilobytes: number }[]> {
  const modules = readdirSync(dist).filter((file) => file.endsWith('.js') && !file.startsWith('chunk-'))
  return Promise.all(
    modules.map(async (module) => {
      const external = ['react', 'kysely', '@sqlite.org/sqlite-wasm']
      const building = await rolldown({ input: join(dist, module), external, platform: 'browser' })
      const { output } = await building.generate({ format: 'esm', minify: true })
      await building.close()
      const bytes = output.reduce((sum, file) => sum + (file.type === 'chunk' ? gzipSync(file.code).length : 0), 0)
      const name = basename(module, '.js')
      return { entry: name === 'index' ? '.' : `./${name}`, kilobytes: bytes / 1000 }
    }),
  )
}
