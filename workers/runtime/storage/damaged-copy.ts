import { openFolder } from './opfs-folder.ts'
import type { PoolFile } from './storage-pool.ts'

/**
 * Keeps a damaged database as it is, for the person to save: the newest only, in the folder where the page finds it. False when it
 * does not fit; the application goes on either way.
 */
export async function keepDamagedCopy(path: string, files: readonly PoolFile[], at: Date): Promise<boolean> {
  try {
    const folder = await openFolder(path)
    for await (const name of folder.keys()) await folder.removeEntry(name)
    const stamp = at.toISOString().slice(0, 19).replaceAll(':', '-')
    for (const { suffix, bytes } of files) {
      const handle = await folder.getFileHandle(`damaged-${stamp}.db${suffix}`, { create: true })
      const access = await handle.createSyncAccessHandle()
      try {
        access.write(bytes, { at: 0 })
        access.flush()
      } finally {
        access.close()
      }
    }
    return true
  } catch (error) {
    console.warn('no copy of the damaged database could be kept:', error)
    return false
  }
}
