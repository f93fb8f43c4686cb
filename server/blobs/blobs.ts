import { createHash, type Hash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { filesIn } from '../../schema/files/named-files.ts'
import { sniff, sniffedBytes } from '../../schema/files/sniff.ts'
import type { BlobReceived } from '../../schema/messages/http.ts'
import { Fault } from '../fault.ts'
import type { Health } from '../health.ts'
import type { Limits } from '../limits.ts'
import type { EventLog, NewItem } from '../log/event-log.ts'
import { openBlobFolder } from './blob-folder.ts'
import { openBlobIndex, type BlobIndex, type Mention } from './blob-index.ts'
import type { BlobStore } from './blob-store.ts'

/**
 * Files that messages name, by the SHA-256 of their bytes. Laws: a file is stored once, however often and by whomever it is brought;
 * what is stored under a hash has that hash; a message that names a file is in the log only if its author has brought that file
 * whole. So knowing a hash gives nobody a file. What no message names goes after a day, and with an erased message what only
 * that one named. Nothing is ever decoded.
 */
export interface Blobs {
  /** Takes a piece of a file that begins at `at`; one that does not follow on what is there changes nothing. */
  put(actor: string, sha256: string, piece: Piece): Promise<BlobReceived>
  /** the person has brought all of it */
  owns(actor: string, sha256: string): boolean
  /** Events that are about to be appended name files. Throws a Fault if one has gone meanwhile. */
  name(stream: string, events: readonly NewItem[]): void
  /** Messages were erased. */
  release(stream: string, messages: readonly string[]): Promise<void>
  blob(sha256: string): { readonly size: number; readonly type: string } | null
  read(sha256: string, from: number, to: number): Readable
  /** Throws away what is not needed any more. */
  collect(): Promise<void>
  close(): Promise<void>
}
export interface Piece {
  readonly at: number
  /** of the whole file */
  readonly size: number
  /** what the request says that it has; null: it does not say */
  readonly length: number | null
  readonly bytes: AsyncIterable<Uint8Array>
}

export const keptUnnamedMs = 24 * 3600_000
const collectEveryMs = 3600_000
const provenAtOnce = 500
const hashesKept = 1000

type BlobLimits = Pick<Limits, 'blobBytes' | 'blobBytesPerPerson' | 'uploadsInAll' | 'uploadsAtOncePerPerson'>

export async function openBlobs(
  folder: string,
  log: EventLog,
  health: Health,
  limits: BlobLimits,
  now: () => number = Date.now,
): Promise<Blobs> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [store, index] = await Promise.all([openBlobFolder(folder), openBlobIndex(join(folder, 'index.db'))])
  const blobs = new LoggedBlobs(store, index, log, limits, now)
  const collect = () => blobs.collect().catch((error: unknown) => health.failed(error) || health.bug(error, 'files'))
  const timer = setInterval(collect, collectEveryMs)
  timer.unref()
  return Object.assign(blobs, {
    async close() {
      clearInterval(timer)
      await blobs.idle()
      index.close()
    },
  })
}

/** What is being taken in; its hash is made as the bytes come. */
interface Upload {
  readonly hash: Hash
  head: Uint8Array
  received: number
}

class LoggedBlobs {
  readonly #store: BlobStore
  readonly #index: BlobIndex
  readonly #log: EventLog
  readonly #limits: BlobLimits
  readonly #now: () => number
  /** one after another for each upload, and for each file that goes */
  readonly #lines = new Map<string, Promise<unknown>>()
  readonly #running = new Map<string, number>()
  #runningInAll = 0
  readonly #uploads = new Map<string, Upload>()

  constructor(store: BlobStore, index: BlobIndex, log: EventLog, limits: BlobLimits, now: () => number) {
    this.#store = store
    this.#index = index
    this.#log = log
    this.#limits = limits
    this.#now = now
  }

  async put(actor: string, sha256: string, piece: Piece): Promise<BlobReceived> {
    const { uploadsAtOncePerPerson, uploadsInAll } = this.#limits
    const running = this.#running.get(actor) ?? 0
    if (running >= uploadsAtOncePerPerson || this.#runningInAll >= uploadsInAll) {
      throw new Fault('TOO_MANY_REQUESTS', 'too many files are being sent at once', { retryAfterSeconds: 1 })
    }
    this.#running.set(actor, running + 1)
    this.#runningInAll += 1
    try {
      return await this.#inLine(uploadName(actor, sha256), () => this.#put(actor, sha256, piece))
    } finally {
      this.#runningInAll -= 1
      const left = this.#running.get(actor)! - 1
      if (left === 0) this.#running.delete(actor)
      else this.#running.set(actor, left)
    }
  }

  async #put(actor: string, sha256: string, { at, size, length, bytes }: Piece): Promise<BlobReceived> {
    if (this.#index.owns(actor, sha256)) return { received: this.#index.blob(sha256)!.size, done: true }
    const { blobBytes, blobBytesPerPerson } = this.#limits
    if (size > blobBytes) {
      throw new Fault('FILE_TOO_LARGE', `the file is too large: at most ${blobBytes >> 20} MiB`, { field: 'size' })
    }
    if (length !== null && at + length > size) throw tooLong()
    const name = uploadName(actor, sha256)
    const begun = this.#index.uploadOf(actor, sha256)
    if (begun?.size !== size) {
      if (begun) await this.#store.dropUpload(name)
      const used = this.#index.usedBy(actor) - (begun?.size ?? 0)
      if (used + size > blobBytesPerPerson) {
        throw new Fault('FILE_QUOTA', `a person has room for ${blobBytesPerPerson >> 20} MiB of files here`)
      }
      this.#index.beginUpload(actor, sha256, size, this.#now())
    }
    const there = await this.#store.received(name)
    // asked how far it is, or sent what is there already: the sender goes on from where we stand
    if (at !== there || (length === 0 && there < size)) return { received: there, done: false }
    const upload = await this.#upload(name, there)
    await this.#store.append(name, bytes, (chunk) => {
      if (upload.received + chunk.length > size) throw tooLong()
      take(upload, chunk)
    })
    if (upload.received < size) return { received: upload.received, done: false }
    this.#uploads.delete(name)
    if (upload.hash.digest('hex') !== sha256) {
      await this.#store.dropUpload(name)
      this.#index.endUpload(actor, sha256)
      throw new Fault('FILE_CHANGED', 'the bytes have another hash than the address')
    }
    return this.#inLine(sha256, async () => {
      if (this.#index.blob(sha256)) await this.#store.dropUpload(name)
      else await this.#store.keep(name, sha256)
      this.#index.stored(actor, sha256, size, sniff(upload.head), this.#now())
      return { received: size, done: true }
    })
  }

  /** The hash goes on where the last piece ended; after a restart, or a piece that broke off, what is there is read again. */
  async #upload(name: string, there: number): Promise<Upload> {
    const known = this.#uploads.get(name)
    if (known?.received === there) return known
    const upload: Upload = { hash: createHash('sha256'), head: new Uint8Array(), received: 0 }
    if (there > 0) for await (const chunk of this.#store.readUpload(name)) take(upload, chunk)
    if (this.#uploads.size >= hashesKept) this.#uploads.delete(this.#uploads.keys().next().value!)
    this.#uploads.set(name, upload)
    return upload
  }

  owns(actor: string, sha256: string): boolean {
    return this.#index.owns(actor, sha256)
  }

  name(stream: string, events: readonly NewItem[]): void {
    const mentions = events.flatMap(({ id, data }) =>
      filesIn(data).map(({ sha256 }) => ({ sha256, stream, message: id })),
    )
    if (mentions.length === 0 || this.#index.name(mentions, this.#now())) return
    throw new Fault('FILE_MISSING', 'payload.files: a file has gone meanwhile: send it again', {
      field: 'payload.files',
    })
  }

  async release(stream: string, messages: readonly string[]): Promise<void> {
    for (const message of messages) {
      for (const sha256 of this.#index.namedBy(stream, message)) {
        this.#index.unname({ stream, message, sha256 })
        await this.#removeUnnamed(sha256)
      }
    }
  }

  blob(sha256: string): { readonly size: number; readonly type: string } | null {
    return this.#index.blob(sha256)
  }

  read(sha256: string, from: number, to: number): Readable {
    return this.#store.read(sha256, from, to)
  }

  async collect(): Promise<void> {
    const before = this.#now() - keptUnnamedMs
    for (const mention of this.#index.unproven(before, provenAtOnce)) {
      if (await this.#isWritten(mention)) this.#index.proven(mention)
      else this.#index.unname(mention)
    }
    for (const sha256 of this.#index.unnamed(before)) await this.#removeUnnamed(sha256)
    for (const { actor, sha256 } of this.#index.stale(before)) {
      await this.#inLine(sha256, async () => {
        await this.#store.dropUpload(uploadName(actor, sha256))
        this.#index.endUpload(actor, sha256)
      })
    }
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.#lines.values())
  }

  /** It is noted before it is written: a server that died between the two left a mention of nothing. */
  async #isWritten({ stream, message, sha256 }: Mention): Promise<boolean> {
    const [item] = await this.#log.find(stream, [message])
    return item !== undefined && filesIn(item.data).some((file) => file.sha256 === sha256)
  }

  #removeUnnamed(sha256: string): Promise<void> {
    return this.#inLine(sha256, async () => {
      if (this.#index.isNamed(sha256)) return
      this.#index.forget(sha256)
      await this.#store.remove(sha256)
    })
  }

  async #inLine<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lines.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#lines.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#lines.get(key) === mine) this.#lines.delete(key)
    }
  }
}

/** No part of it is what somebody chose. */
function uploadName(actor: string, sha256: string): string {
  return `${createHash('sha256').update(actor).digest('hex').slice(0, 32)}.${sha256}`
}

function take(upload: Upload, chunk: Uint8Array): void {
  upload.hash.update(chunk)
  if (upload.head.length < sniffedBytes) upload.head = Buffer.concat([upload.head, chunk]).subarray(0, sniffedBytes)
  upload.received += chunk.length
}

const tooLong = () => new Fault('FILE_CHANGED', 'there is more of the file than was announced')
