import type { Readable } from 'node:stream'

/**
 * Where the bytes of files lie, by their SHA-256. It knows nothing of persons, rooms and rights, and never looks into what it keeps.
 * One implementation is a folder (blob-folder.ts); an object store can be another.
 *
 * An upload comes in pieces under a name of its own. Law: what came before a piece broke off stays, also over a restart.
 */
export interface BlobStore {
  /** how many bytes of the upload are there */
  received(upload: string): Promise<number>
  /** Writes behind what is there. `onBytes` sees what was written, and may throw to end it. */
  append(upload: string, bytes: AsyncIterable<Uint8Array>, onBytes: (bytes: Uint8Array) => void): Promise<void>
  readUpload(upload: string): AsyncIterable<Uint8Array>
  /** The upload is whole. Durable under its hash when it resolves. */
  keep(upload: string, sha256: string): Promise<void>
  dropUpload(upload: string): Promise<void>
  /** from byte `from` up to and with byte `to`; an error of it is one of the stream's */
  read(sha256: string, from: number, to: number): Readable
  remove(sha256: string): Promise<void>
}
