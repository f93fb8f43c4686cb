import { isQuotaError } from './pool-errors.ts'

/**
 * Room that is kept to be thrown off: when the quota is reached, deleting needs some too (a transaction writes before it
 * frees). That the ballast can be taken in again is also how we learn that there is room.
 */
export interface Ballast {
  /** false: there is no room for it */
  takeIn(): Promise<boolean>
  throwOff(): Promise<void>
}

const fileName = 'ballast'
/** the browser grants a growing file twice what it has: enough for a WAL of ordinary size to grow once more */
const size = 4 * 1024 * 1024

export function openBallast(folder: FileSystemDirectoryHandle): Ballast {
  const throwOff = async () => {
    try {
      await folder.removeEntry(fileName)
    } catch {} // it was not there
  }
  return {
    throwOff,
    async takeIn() {
      let handle: FileSystemSyncAccessHandle | undefined
      try {
        handle = await (await folder.getFileHandle(fileName, { create: true })).createSyncAccessHandle()
        if (handle.getSize() < size) handle.write(new Uint8Array(size), { at: 0 })
        return true
      } catch (error) {
        handle?.close()
        await throwOff()
        if (isQuotaError(error)) return false
        throw error
      } finally {
        handle?.close()
      }
    },
  }
}

/** In memory there is nothing to make room in. */
export const noBallast: Ballast = { takeIn: async () => true, throwOff: async () => {} }
