import address from '@sqlite.org/sqlite-wasm/sqlite3.wasm?url'

/** SQLite's code, compiled while it arrives. A rejection is told where the code is used. */
export function compileSqlite(): Promise<WebAssembly.Module> {
  const compiling = WebAssembly.compileStreaming(fetch(address)).catch(async () => {
    // A server that gives it another type than application/wasm.
    return WebAssembly.compile(await (await fetch(address)).arrayBuffer())
  })
  compiling.catch(() => {})
  return compiling
}
