/**
 * How the last session ended. A worker dies without a word, in the middle of a write or not, so the mark is kept the
 * other way round: `writing()` before a write, `quiet()` once everything is in the file and flushed. A session that dies
 * while nothing is under way ended well, whatever killed it.
 *
 * One byte in a file beside the pool: none or 1 all is well, 0 a write was under way.
 */
export interface CleanEnd {
  /** the session before this one died while it wrote */
  readonly wasUnclean: boolean
  writing(): void
  quiet(): void
  /** only where nothing is open: the worker's death closes it otherwise */
  close(): void
}

const prefix = 'clean-end'

/** With the database lock held. */
export async function openCleanEnd(folder: FileSystemDirectoryHandle): Promise<CleanEnd> {
  const handle = await openFile(folder)
  const byte = new Uint8Array(1)
  const wasUnclean = handle.read(byte, { at: 0 }) === 1 && byte[0] === 0
  let clean = !wasUnclean
  const write = (next: boolean): void => {
    if (next === clean) return
    byte[0] = next ? 1 : 0
    try {
      handle.write(byte, { at: 0 })
      if (next) handle.flush()
      clean = next
    } catch {
      // The device is full: the next start can do without the mark, the write that follows cannot do without the room.
    }
  }
  return { wasUnclean, writing: () => write(false), quiet: () => write(true), close: () => handle.close() }
}

/**
 * A name that was open when site data was cleared cannot be opened again in Chromium until the browser is restarted, so
 * a new file has a new name (the pool's files do the same).
 */
async function openFile(folder: FileSystemDirectoryHandle): Promise<FileSystemSyncAccessHandle> {
  let name = `${prefix}-${Math.random().toString(36).slice(2)}`
  for await (const found of folder.keys()) if (found.startsWith(prefix)) name = found
  return (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle()
}

/** Where nothing is stored nothing can end badly. */
export const noCleanEnd: CleanEnd = { wasUnclean: false, writing() {}, quiet() {}, close() {} }
