/**
 * How the last session ended. A worker dies without a word, in the middle of a write or not, so the mark is kept the
 * other way round: `writing()` before a write, `quiet()` once everything is in the file and flushed. A session that dies
 * while nothing is under way ended well, whatever killed it.
 *
 * One byte in a file beside the pool: absent or 1 all is well, 0 a write was under way.
 */
export interface CleanEnd {
  /** the session before this one died while it wrote */
  readonly wasUnclean: boolean
  writing(): void
  quiet(): void
}

const fileName = 'clean-end'

/** With the database lock held. */
export async function openCleanEnd(folder: FileSystemDirectoryHandle): Promise<CleanEnd> {
  const handle = await (await folder.getFileHandle(fileName, { create: true })).createSyncAccessHandle()
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
  return { wasUnclean, writing: () => write(false), quiet: () => write(true) }
}

/** Where nothing is stored nothing can end badly. */
export const noCleanEnd: CleanEnd = { wasUnclean: false, writing() {}, quiet() {} }
