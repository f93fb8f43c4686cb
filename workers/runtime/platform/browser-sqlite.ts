import { readFileSync } from 'node:fs'
import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { configureSqlite } from '../storage/pool-errors.ts'

let compiled: Promise<WebAssembly.Module> | undefined

/** For tests in Node: the browser's build of sqlite-wasm (only it has the pool), a fresh instance each time, as in each worker. */
export async function browserSqlite(): Promise<Sqlite3Static> {
  const build = new URL('./index.mjs', import.meta.resolve('@sqlite.org/sqlite-wasm'))
  compiled ??= WebAssembly.compile(new Uint8Array(readFileSync(new URL('./sqlite3.wasm', build))))
  const module = await compiled
  configureSqlite()
  const { default: init } = (await import(/* @vite-ignore */ build.href)) as {
    default: (options: unknown) => Promise<Sqlite3Static>
  }
  return init({
    instantiateWasm(imports: WebAssembly.Imports, done: Done) {
      void instantiate(module, imports, done)
      return {}
    },
  })
}

type Done = (instance: WebAssembly.Instance) => void
async function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports, done: Done): Promise<void> {
  done(await WebAssembly.instantiate(module, imports))
}
