/*
 * Before each file of a SAH pool lies a header: its name, flags and a digest of both. The pool takes a file whose
 * digest is wrong for a free one, and empties it. Here such headers are mended first, from what the file itself holds.
 *
 * Example: 4096 bytes of header, one bit of it flipped, then "SQLite format 3" → the header is written anew, for the
 * database; the caller checks the database before it uses it, since where one bit flipped others may have.
 */

const headerSize = 4096
const nameSize = 512
const flagsAt = 512
const digestAt = 516
/** SQLITE_OPEN_READWRITE | CREATE, and what the pool keeps across sessions */
const open = 0x2 | 0x4
const mainDatabase = 0x100
const wal = 0x80000
const persistent = mainDatabase | wal | 0x800 | 0x4000
const deleteOnClose = 0x8
/** the pool's own sign for "the digest is computed" */
const hasDigest = 0x80

/** With the database lock held and the pool not installed. Returns how many headers were mended. */
export async function mendPoolHeaders(opaque: FileSystemDirectoryHandle, database: string): Promise<number> {
  const handles: FileSystemFileHandle[] = []
  for await (const handle of opaque.values()) if (handle.kind === 'file') handles.push(handle as FileSystemFileHandle)
  const found = await Promise.all(
    handles.map(async (handle) => {
      const file = await handle.getFile()
      const bytes = new Uint8Array(await file.slice(0, headerSize + 16).arrayBuffer())
      return { handle, name: nameIn(bytes), content: contentOf(bytes) }
    }),
  )
  const names = new Set(found.map(({ name }) => name))
  let mended = 0
  for (const { handle, name, content } of found) {
    const wanted = content === 'wal' ? `${database}-wal` : database
    if (name !== null || content === null || names.has(wanted)) continue
    names.add(wanted)
    const access = await handle.createSyncAccessHandle()
    try {
      access.write(makeHeader(wanted, open | (content === 'wal' ? wal : mainDatabase)), { at: 0 })
      access.flush()
      mended++
    } finally {
      access.close()
    }
  }
  return mended
}

/** Null: free, or taken for it. */
export function nameIn(bytes: Uint8Array): string | null {
  if (bytes.length < digestAt + 8) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const flags = view.getUint32(flagsAt)
  if (bytes[0] === 0 || flags & deleteOnClose || (flags & persistent) === 0) return null
  // the pool writes the digest in the machine's byte order, which is little-endian wherever WASM runs
  const [first, second] = digest(bytes.subarray(0, digestAt), flags)
  if (view.getUint32(digestAt, true) !== first || view.getUint32(digestAt + 4, true) !== second) return null
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)))
}

function contentOf(bytes: Uint8Array): 'database' | 'wal' | null {
  const content = bytes.subarray(headerSize)
  if (content.length < 16) return null
  if (new TextDecoder().decode(content.subarray(0, 15)) === 'SQLite format 3') return 'database'
  const magic = new DataView(content.buffer, content.byteOffset).getUint32(0)
  return magic === 0x377f0682 || magic === 0x377f0683 ? 'wal' : null
}

function makeHeader(name: string, flags: number): Uint8Array {
  const header = new Uint8Array(digestAt + 8)
  new TextEncoder().encodeInto(name, header.subarray(0, nameSize))
  const view = new DataView(header.buffer)
  view.setUint32(flagsAt, flags | hasDigest)
  const [first, second] = digest(header.subarray(0, digestAt), flags | hasDigest)
  view.setUint32(digestAt, first, true)
  view.setUint32(digestAt + 4, second, true)
  return header
}

/** sqlite-wasm's own (OpfsSAHPool.computeDigest). */
function digest(bytes: Uint8Array, flags: number): readonly [number, number] {
  if (!(flags & hasDigest)) return [0, 0]
  let first = 0xdeadbeef
  let second = 0x41c6ce57
  for (const byte of bytes) {
    first = Math.imul(first ^ byte, 2654435761)
    second = Math.imul(second ^ byte, 104729)
  }
  return [first >>> 0, second >>> 0]
}
