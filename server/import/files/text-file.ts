import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FileFault, ImportError } from '../import-error.ts'

/**
 * A file → what is in it, one chunk at a time: an archive's bytes, or a text as UTF-8. What it is, its first bytes say
 * and not its name: gzip, zip, tar, UTF-16, a byte order mark. What cannot be read is said in a sentence.
 */
export type OpenFile =
  { readonly type: 'Zip' } | ({ readonly type: 'Tar' } & Pick<TextFile, 'chunks' | 'progress' | 'close'>) | TextFile
export interface TextFile {
  readonly type: 'Text'
  readonly path: string
  /** its beginning */
  readonly sample: Buffer
  /** there is nothing behind `sample` */
  readonly isWhole: boolean
  /** Throws FileFault where the file is damaged. */
  readonly chunks: AsyncIterable<Buffer>
  /** how much of the file has been read, 0 to 1 */
  progress(): number
  close(): void
}

const sampleBytes = 256 * 1024

export async function openFile(path: string): Promise<OpenFile> {
  const size = await sizeOf(path)
  const file = createReadStream(path, { highWaterMark: sampleBytes })
  const close = () => void file.destroy()
  const progress = () => (size === 0 ? 0 : Math.min(1, file.bytesRead / size))
  try {
    const unpacked = await unpack(path, file)
    const { sample } = unpacked
    if (startsWith(sample, [0x50, 0x4b, 3, 4]) || startsWith(sample, [0x50, 0x4b, 5, 6])) {
      close()
      return { type: 'Zip' }
    }
    if (startsWith(sample.subarray(257), [...Buffer.from('ustar')])) {
      return { type: 'Tar', chunks: unpacked.bytes, progress, close }
    }
    const text = await asText(path, unpacked)
    return { type: 'Text', path, sample: text.sample, isWhole: text.isWhole, chunks: text.bytes, progress, close }
  } catch (error) {
    close()
    throw error
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new ImportError(`There is no file ${path}.`)
    throw new ImportError(cannotBeRead(path, error))
  })
  return found.size
}

function cannotBeRead(path: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'EACCES' || error.code === 'EPERM') return `You may not read ${path}.`
  return `${path} cannot be read (${error.code ?? 'unknown cause'}).`
}

interface Begun {
  readonly bytes: AsyncIterable<Buffer>
  readonly sample: Buffer
  /** the sample is all there is */
  readonly isWhole: boolean
}

async function unpack(path: string, file: AsyncIterable<Buffer>): Promise<Begun> {
  let begun = await begin(inSentences(file, (error) => cannotBeRead(path, error)))
  for (let layers = 0; startsWith(begun.sample, [0x1f, 0x8b]); layers++) {
    if (layers === 3) throw new ImportError(`${path} is packed with gzip more than three times.`)
    begun = await begin(inSentences(unzipped(begun.bytes), () => `${path} is not a whole gzip file`))
  }
  return begun
}

/** Decodes to UTF-8. */
async function asText(path: string, begun: Begun): Promise<Begun> {
  const { sample } = begun
  const format = otherFormats.find(([, magic]) => startsWith(sample, magic))
  if (format) throw new ImportError(`${path} is ${format[0]}. docs/import.md says what can be imported.`)
  const encoding = encodingOf(sample)
  if (encoding === 'utf-32') throw new ImportError(`${path} is in UTF-32. Save it as UTF-8.`)
  if (encoding !== 'utf-8') return begin(decoded(begun.bytes, encoding))
  return startsWith(sample, [0xef, 0xbb, 0xbf]) ? begin(without(begun.bytes, 3)) : begun
}

/** Reads on until there is a sample, and gives it back with the rest behind it. */
async function begin(source: AsyncIterable<Buffer>): Promise<Begun> {
  const iterator = source[Symbol.asyncIterator]()
  const first: Buffer[] = []
  let length = 0
  let isWhole = false
  let damage: unknown = null
  try {
    while (length < sampleBytes && !isWhole) {
      const next = await iterator.next()
      if (next.done) isWhole = true
      else length += first[first.push(next.value) - 1]!.length
    }
  } catch (error) {
    if (length === 0) throw error
    damage = error // the beginning is there all the same
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* first
    if (damage !== null) throw damage
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  }
  return { bytes: all(), sample: Buffer.concat(first), isWhole }
}

/** Words an error of the stream. */
async function* inSentences(source: AsyncIterable<Buffer>, words: (error: NodeJS.ErrnoException) => string) {
  try {
    yield* source
  } catch (error) {
    throw error instanceof FileFault ? error : new FileFault(words(error as NodeJS.ErrnoException))
  }
}

function unzipped(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 })
  pipeline(Readable.from(source), gunzip, () => {}) // an error of either is thrown by whoever reads
  return piecesOf(gunzip)
}

/** As `for await`, but what had come before an error is handed out before it is thrown. */
async function* piecesOf(stream: Readable): AsyncGenerator<Buffer> {
  const seen = { ended: false, error: null as Error | null, wake: () => {} }
  stream.on('readable', () => seen.wake())
  stream.on('end', () => {
    seen.ended = true
    seen.wake()
  })
  stream.on('error', (error) => {
    seen.error = error
    seen.wake()
  })
  for (;;) {
    const piece = stream.read() as Buffer | null
    if (piece !== null) yield piece
    else if (seen.error) throw seen.error
    else if (seen.ended) return
    else await new Promise<void>((resolve) => (seen.wake = resolve))
  }
}

async function* decoded(source: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of source) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

async function* without(source: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const chunk of source) {
    yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

/** What the beginning says of the rest. */
export function encodingOf(sample: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32' {
  if (startsWith(sample, [0xff, 0xfe, 0, 0]) || startsWith(sample, [0, 0, 0xfe, 0xff])) return 'utf-32'
  if (startsWith(sample, [0xff, 0xfe])) return 'utf-16le'
  if (startsWith(sample, [0xfe, 0xff])) return 'utf-16be'
  // without a mark: JSON begins with ASCII, of which every other byte is 0 then
  const [first, second, third, fourth] = sample
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le'
  return first === 0 && second !== 0 && third === 0 && fourth !== 0 ? 'utf-16be' : 'utf-8'
}

const otherFormats: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['packed with bzip2: unpack it first', [0x42, 0x5a, 0x68]],
  ['packed with xz: unpack it first', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['packed with zstd: unpack it first', [0x28, 0xb5, 0x2f, 0xfd]],
  ['a 7z archive: unpack it first', [0x37, 0x7a, 0xbc, 0xaf, 0x27]],
  ['a rar archive: unpack it first', [0x52, 0x61, 0x72, 0x21]],
  ['an SQLite database', [...Buffer.from('SQLite format 3')]],
  ['a PDF', [...Buffer.from('%PDF-')]],
]

const startsWith = (bytes: Buffer, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[i] === byte)
