/*
 * Why a file call of the pool failed. SQLite hears only "disk I/O error"; the exception behind it (quota reached, a
 * handle that was closed) goes to the logger of sqlite-wasm, which is where we listen.
 */

let last: unknown = null

/** Before sqlite3InitModule: its configuration is read once. Of its file systems we use the pool alone. */
export function configureSqlite(): void {
  const config = {
    disable: { vfs: { opfs: true, 'opfs-wl': true } },
    error(...parts: unknown[]) {
      const exception = parts.find((part) => part instanceof Error || part instanceof DOMException)
      if (!exception) return console.error(...parts)
      last = exception
      if (!isQuotaError(exception)) console.warn(...parts)
    },
  }
  Object.assign(globalThis, { sqlite3ApiConfig: config })
}

/** The exception behind the SQLite error that was just met; asked for once. */
export function takePoolError(): unknown {
  const taken = last
  last = null
  return taken
}

export function isQuotaError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'QuotaExceededError'
}
