/**
 * A device's origin-private file system in memory, for tests: the real SAH pool runs on it. Law: a file has at most one
 * access handle; a worker that died lets go of all of its own; past `quota` a write throws and changes nothing.
 */
export class FakeOpfs {
  /** after each change of a file, and each flush: what a power cut may undo */
  changed: (change: FileChange) => void = () => {}
  quota = Number.POSITIVE_INFINITY
  /** before each change of a file: where a test lets a worker die */
  beforeChange: (path: string) => void = () => {}
  readonly files = new Map<string, FakeFile>()
  readonly folders = new Set<string>([''])
  readonly #held = new Set<FakeAccessHandle>()

  get used(): number {
    let bytes = 0
    for (const file of this.files.values()) bytes += file.size
    return bytes
  }

  root(): FileSystemDirectoryHandle {
    return new FakeFolder(this, '') as unknown as FileSystemDirectoryHandle
  }

  /** The worker that held them died. */
  letGo(): void {
    for (const handle of this.#held) handle.close()
  }

  hold(handle: FakeAccessHandle, file: FakeFile): void {
    if ([...this.#held].some((held) => held.file === file)) {
      throw new DOMException('Access Handles cannot be created', 'NoModificationAllowedError')
    }
    this.#held.add(handle)
  }
  release(handle: FakeAccessHandle): void {
    this.#held.delete(handle)
  }

  remove(path: string): void {
    for (const folder of this.folders) if (folder === path || folder.startsWith(`${path}/`)) this.folders.delete(folder)
    for (const file of this.files.keys()) if (file === path || file.startsWith(`${path}/`)) this.files.delete(file)
  }

  /** What would be there after a power cut now. */
  copy(): FakeOpfs {
    const copy = new FakeOpfs()
    for (const folder of this.folders) copy.folders.add(folder)
    for (const [path, file] of this.files) copy.files.set(path, file.copy())
    return copy
  }
}

export type FileChange = { readonly path: string } & (
  | { readonly type: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly type: 'truncate'; readonly size: number }
  | { readonly type: 'flush' }
)

export class FakeFile {
  #bytes = new Uint8Array(0)
  size = 0

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size)
  }
  resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2))
      grown.set(this.bytes)
      this.#bytes = grown
    }
    this.#bytes.fill(0, Math.min(size, this.size), this.#bytes.length)
    this.size = size
  }
  copy(): FakeFile {
    const copy = new FakeFile()
    copy.resize(this.size)
    copy.bytes.set(this.bytes)
    return copy
  }
}

class FakeFolder {
  readonly kind = 'directory'
  readonly name: string
  readonly #disk: FakeOpfs
  readonly #path: string
  constructor(disk: FakeOpfs, path: string) {
    this.#disk = disk
    this.#path = path
    this.name = path.slice(path.lastIndexOf('/') + 1)
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    const path = `${this.#path}/${name}`
    if (!this.#disk.folders.has(path) && !create) throw new DOMException(`no folder ${path}`, 'NotFoundError')
    this.#disk.folders.add(path)
    return new FakeFolder(this.#disk, path)
  }
  async getFileHandle(name: string, { create = false } = {}): Promise<FakeFileHandle> {
    const path = `${this.#path}/${name}`
    if (!this.#disk.files.has(path)) {
      if (!create) throw new DOMException(`no file ${path}`, 'NotFoundError')
      this.#disk.files.set(path, new FakeFile())
    }
    return new FakeFileHandle(this.#disk, path)
  }
  async removeEntry(name: string): Promise<void> {
    const path = `${this.#path}/${name}`
    if (!this.#disk.files.has(path) && !this.#disk.folders.has(path))
      throw new DOMException(`no ${path}`, 'NotFoundError')
    this.#disk.remove(path)
  }
  async *entries(): AsyncGenerator<[string, FakeFolder | FakeFileHandle]> {
    const inside = (path: string) =>
      path.startsWith(`${this.#path}/`) && !path.slice(this.#path.length + 1).includes('/')
    for (const path of [...this.#disk.folders].filter(inside)) {
      const folder = new FakeFolder(this.#disk, path)
      yield [folder.name, folder]
    }
    for (const path of [...this.#disk.files.keys()].filter(inside)) {
      const file = new FakeFileHandle(this.#disk, path)
      yield [file.name, file]
    }
  }
  async *keys(): AsyncGenerator<string> {
    for await (const [name] of this.entries()) yield name
  }
  async *values(): AsyncGenerator<FakeFolder | FakeFileHandle> {
    for await (const [, handle] of this.entries()) yield handle
  }
  [Symbol.asyncIterator](): AsyncGenerator<[string, FakeFolder | FakeFileHandle]> {
    return this.entries()
  }
}

class FakeFileHandle {
  readonly kind = 'file'
  readonly name: string
  readonly #disk: FakeOpfs
  readonly #path: string
  constructor(disk: FakeOpfs, path: string) {
    this.#disk = disk
    this.#path = path
    this.name = path.slice(path.lastIndexOf('/') + 1)
  }

  async getFile(): Promise<Blob> {
    const file = this.#disk.files.get(this.#path)
    if (!file) throw new DOMException(`no file ${this.#path}`, 'NotFoundError')
    return new Blob([file.bytes.slice()])
  }
  async createSyncAccessHandle(): Promise<FakeAccessHandle> {
    const file = this.#disk.files.get(this.#path)
    if (!file) throw new DOMException(`no file ${this.#path}`, 'NotFoundError')
    return new FakeAccessHandle(this.#disk, this.#path, file)
  }
}

/** Like Chromium's, it goes on writing into a file that was removed under it. */
class FakeAccessHandle {
  readonly file: FakeFile
  readonly #disk: FakeOpfs
  readonly #path: string
  #open = true
  constructor(disk: FakeOpfs, path: string, file: FakeFile) {
    this.file = file
    this.#disk = disk
    this.#path = path
    disk.hold(this, file)
  }

  getSize(): number {
    return this.file.size
  }
  read(into: Uint8Array, { at = 0 } = {}): number {
    this.#assertOpen()
    const part = this.file.bytes.subarray(at, at + into.byteLength)
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(part)
    return part.length
  }
  write(from: Uint8Array, { at = 0 } = {}): number {
    this.#change(Math.max(this.file.size, at + from.byteLength))
    const bytes = new Uint8Array(from.buffer, from.byteOffset, from.byteLength)
    this.file.bytes.set(bytes, at)
    this.#disk.changed({ type: 'write', path: this.#path, at, bytes })
    return from.byteLength
  }
  truncate(size: number): void {
    this.#change(size)
    this.#disk.changed({ type: 'truncate', path: this.#path, size })
  }
  flush(): void {
    this.#assertOpen()
    this.#disk.changed({ type: 'flush', path: this.#path })
  }
  close(): void {
    this.#open = false
    this.#disk.release(this)
  }

  #change(size: number): void {
    this.#assertOpen()
    this.#disk.beforeChange(this.#path)
    const grows = size - this.file.size
    if (grows > 0 && this.#disk.used + grows > this.#disk.quota) {
      throw new DOMException('No space available for this operation', 'QuotaExceededError')
    }
    this.file.resize(size)
  }
  #assertOpen(): void {
    if (!this.#open) throw new DOMException('the access handle is closed', 'InvalidStateError')
  }
}

/** Makes `disk` the origin's file system of this process, for code that asks `navigator.storage`. */
export function installOpfs(disk: FakeOpfs): void {
  const globals: Record<string, unknown> = {
    FileSystemHandle: FakeFileHandle,
    FileSystemDirectoryHandle: FakeFolder,
    FileSystemFileHandle: FakeFileHandle,
    navigator: {
      storage: {
        getDirectory: async () => disk.root(),
        estimate: async () => ({ usage: disk.used, quota: disk.quota }),
      },
    },
  }
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
}
