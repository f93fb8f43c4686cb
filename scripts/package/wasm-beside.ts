import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'rolldown'

const asked = '@sqlite.org/sqlite-wasm/sqlite3.wasm?url'

/**
 * `…wasm?url` is Vite's own. In the tarball SQLite's code lies beside the modules, and `new URL('./sqlite3.wasm',
 * import.meta.url)` names it: that is how every bundler, and none, finds it.
 */
export function wasmBeside(): Plugin {
  const id = '\0sqlite3.wasm'
  return {
    name: 'wasm-beside',
    resolveId: (source) => (source === asked ? id : null),
    load: (module) => (module === id ? `export default new URL('./sqlite3.wasm', import.meta.url).href` : null),
    generateBundle(_options, bundle) {
      const used = Object.values(bundle).some((file) => file.type === 'chunk' && file.moduleIds.includes(id))
      if (!used) return
      const path = fileURLToPath(import.meta.resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm'))
      this.emitFile({ type: 'asset', fileName: 'sqlite3.wasm', source: readFileSync(path) })
    },
  }
}
