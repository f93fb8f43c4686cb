import { isQuotaError, takePoolError } from './pool-errors.ts'

/*
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

/** The device failed, not the statement: to try the same again one by one would be in vain. */
export function isDeviceError(error: unknown): boolean {
  const code = sqliteCode(error)
  return code !== null && deviceCodes.has(code)
}

/** What a failing device means for the database, null when it is not the device's fault. */
export type DeviceFailure =
  /** no room: the quota is reached, or the disk is full */
  | 'full'
  /** the file is not what SQLite wrote */
  | 'damaged'
  /** a read or write failed for another reason: the file may be whole */
  | 'failing'

const known = new WeakMap<object, DeviceFailure>()

export function deviceFailure(error: unknown): DeviceFailure | null {
  const code = sqliteCode(error)
  if (code === null) return null
  const before = known.get(error as object)
  if (before) return before
  const failure = failureOf(code)
  if (failure) known.set(error as object, failure)
  return failure
}

function failureOf(code: number): DeviceFailure | null {
  if (code === 11 || code === 26) return 'damaged'
  if (code === 13) return 'full'
  if (code === 10 || code === 14) return isQuotaError(takePoolError()) ? 'full' : 'failing'
  return null
}
