import { createReadStream, type ReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** A failure to word for a person: no stack, no code. */
export class ImportError extends Error {}

export interface Line {
  /** from 1 */
  readonly number: number
  /** null: longer than any message can be */
  readonly text: string | null
  /** how much of the file has been read, 0 to 1 */
  readonly progress: number
}
const maxLineChars = 1 << 20

/** The lines of a text file, plain or gzipped (by its first bytes, not its name). Holds one piece of it at a time. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  const size = await sizeOf(path)
  const file = createReadStream(path)
  const zipped = await isGzip(path)
  const text: Readable = zipped ? file.pipe(createGunzip()) : file
  if (zipped) file.on('error', (error) => text.destroy(error))
  text.setEncoding('utf8')

  let number = 0
  try {
    for await (const line of splitLines(text)) {
      number += 1
      yield { number, text: line, progress: size === 0 ? 1 : Math.min(1, (file as ReadStream).bytesRead / size) }
    }
  } catch (error) {
    const problem = (error as NodeJS.ErrnoException).code?.startsWith('Z_')
      ? `${path} is not a whole gzip file (${(error as Error).message})`
      : `${path} cannot be read (${(error as Error).message})`
    throw new ImportError(`${problem}; its first ${number} lines were read`)
  } finally {
    file.destroy()
  }
}

async function* splitLines(text: Readable): AsyncGenerator<string | null> {
  let rest = ''
  let tooLong = false
  for await (const chunk of text as AsyncIterable<string>) {
    let from = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      const line = rest + chunk.slice(from, end)
      yield tooLong ? null : line
      rest = ''
      tooLong = false
      from = end + 1
    }
    if (!tooLong) rest += chunk.slice(from)
    if (rest.length > maxLineChars) {
      tooLong = true
      rest = ''
    }
  }
  if (tooLong) yield null
  else if (rest !== '') yield rest
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new ImportError(`There is no file ${path}`)
    throw new ImportError(`${path} cannot be read (${error.message})`)
  })
  if (found.isDirectory()) throw new ImportError(`${path} is a directory, not a file`)
  return found.size
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path).catch((error: Error) => {
    throw new ImportError(`${path} cannot be read (${error.message})`)
  })
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}
