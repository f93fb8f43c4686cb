import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'

/** Bytes that can be read at any place, at once. */
export interface ByteSource {
  readonly size: number
  /** fills `into` with what lies from `offset` on */
  read(offset: number, into: Uint8Array): void
}

export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)) }
}

/** A file that a person chose; only in a worker. Read in pieces of 1 MB, since each costs a trip to another process. */
export function bytesOfFile(file: Blob): ByteSource {
  const reader = new FileReaderSync()
  let piece = { at: 0, bytes: new Uint8Array() }
  const pieceAt = (offset: number): Uint8Array => {
    if (offset < piece.at || offset >= piece.at + piece.bytes.length) {
      const at = offset - (offset % pieceBytes)
      piece = { at, bytes: new Uint8Array(reader.readAsArrayBuffer(file.slice(at, at + pieceBytes))) }
    }
    return piece.bytes.subarray(offset - piece.at)
  }
  return {
    size: file.size,
    read(offset, into) {
      for (let done = 0; done < into.length;) {
        const found = pieceAt(offset + done).subarray(0, into.length - done)
        if (found.length === 0) throw new Error('the file ends too early')
        into.set(found, done)
        done += found.length
      }
    },
  }
}
const pieceBytes = 1 << 20

/**
 * Makes a database that is only bytes readable on a connection, under a name of its own: nothing of it is copied first, and nothing
 * can be written to it. Outside of a transaction. Returns how to let go of it.
 */
export function attachBytes(sqlite3: Sqlite3Static, db: Database, name: string, source: ByteSource): () => void {
  const vfs = vfsOf(sqlite3)
  const path = `/${++opened}`
  vfs.sources.set(path, source)
  try {
    db.exec({ sql: `ATTACH 'file:${path}?vfs=${vfs.name}&mode=ro&immutable=1' AS ${name}` })
  } catch (error) {
    vfs.sources.delete(path)
    throw error
  }
  return () => {
    db.exec(`DETACH ${name}`)
    vfs.sources.delete(path)
  }
}
let opened = 0

interface BytesVfs {
  readonly name: string
  readonly sources: Map<string, ByteSource>
}
const installed = new WeakMap<Sqlite3Static, BytesVfs>()

function vfsOf(sqlite3: Sqlite3Static): BytesVfs {
  const known = installed.get(sqlite3)
  if (known) return known
  const made = { name: 'bytes', sources: new Map<string, ByteSource>() }
  install(sqlite3, made)
  installed.set(sqlite3, made)
  return made
}

/** The least that SQLite asks of a file system, of files that never change. */
function install(sqlite3: Sqlite3Static, { name, sources }: BytesVfs): void {
  const { capi, wasm } = sqlite3
  const open = new Map<number, ByteSource>()
  // the package's types have the names of C; its structs put a $ before them
  const io = new capi.sqlite3_io_methods() as unknown as Struct
  const vfs = new capi.sqlite3_vfs() as unknown as Struct
  const fallback = new capi.sqlite3_vfs(capi.sqlite3_vfs_find(null as never)) as unknown as Struct
  const { sizeof } = (capi.sqlite3_file as unknown as { structInfo: { sizeof: number } }).structInfo
  vfs['$iVersion'] = 1
  vfs['$szOsFile'] = sizeof
  vfs['$mxPathname'] = 64
  io['$iVersion'] = 1
  const refuse = () => capi.SQLITE_READONLY
  sqlite3.vfs.installVfs({
    io: {
      struct: io,
      methods: {
        xClose(file: number) {
          open.delete(file)
          return 0
        },
        xRead(file: number, into: number, length: number, offset: bigint) {
          const source = open.get(file)!
          const there = Math.max(0, Math.min(length, source.size - Number(offset)))
          try {
            source.read(Number(offset), wasm.heap8u().subarray(into, into + there))
          } catch (error) {
            console.warn('a database of bytes:', error)
            return capi.SQLITE_IOERR_READ
          }
          if (there === length) return 0
          wasm.heap8u().fill(0, into + there, into + length)
          return capi.SQLITE_IOERR_SHORT_READ
        },
        xFileSize(file: number, size: number) {
          wasm.poke64(size, BigInt(open.get(file)!.size))
          return 0
        },
        xCheckReservedLock(_file: number, held: number) {
          wasm.poke32(held, 0)
          return 0
        },
        xWrite: refuse,
        xTruncate: refuse,
        xSync: () => 0,
        xLock: () => 0,
        xUnlock: () => 0,
        xFileControl: () => capi.SQLITE_NOTFOUND,
        xSectorSize: () => 4096,
        xDeviceCharacteristics: () => capi.SQLITE_IOCAP_IMMUTABLE,
      },
    },
    vfs: {
      struct: vfs,
      name,
      asDefault: false,
      methods: {
        xOpen(_vfs: number, path: number, file: number, _flags: number, outFlags: number) {
          const source = sources.get(wasm.cstrToJs(path) ?? '')
          if (!source) return capi.SQLITE_CANTOPEN
          open.set(file, source)
          const handle = new capi.sqlite3_file(file) as unknown as Struct
          handle['$pMethods'] = io.pointer
          handle.dispose()
          if (outFlags) wasm.poke32(outFlags, capi.SQLITE_OPEN_READONLY)
          return 0
        },
        xDelete: refuse,
        xAccess(_vfs: number, _path: number, _flags: number, there: number) {
          wasm.poke32(there, 0)
          return 0
        },
        xFullPathname(_vfs: number, path: number, size: number, into: number) {
          return wasm.cstrncpy(into, path, size) < size ? 0 : capi.SQLITE_CANTOPEN
        },
        xGetLastError: () => 0,
        xCurrentTime(_vfs: number, time: number) {
          wasm.poke64f(time, 2440587.5 + Date.now() / 86_400_000)
          return 0
        },
      },
    },
  } as never)
  vfs['$xRandomness'] = fallback['$xRandomness']
  vfs['$xSleep'] = fallback['$xSleep']
  fallback.dispose()
}

interface Struct extends Record<`$${string}`, unknown> {
  readonly pointer: number
  dispose(): void
}
