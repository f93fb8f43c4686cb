/**
 * Whose fault is an error? SQLite's result code says whether the device is (disk, quota, memory, damage) or the
 * statement. Through OPFS a reached quota comes as a plain I/O error.
 */
const deviceCodes: ReadonlySet<number> = new Set([
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  9, // INTERRUPT
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  21, // MISUSE
  26, // NOTADB
])

/** SQLite's primary result code, of our errors (`code`) and of oo1's (`resultCode`); null: not from SQLite. */
export function sqliteCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null
  const code = 'resultCode' in error ? error.resultCode : 'code' in error ? error.code : null
  return typeof code === 'number' ? code & 0xff : null
}

export function isEventsOwnFault(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === null || !deviceCodes.has(code)
}
export function isCorruption(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === 11 || code === 26
}
/** quota reached, or storage that fails: the caller looks at navigator.storage.estimate() to tell them apart */
export function isStorageFailure(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === 10 || code === 13 || code === 14
}
