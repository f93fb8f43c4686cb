import { FileFault } from '../import-error.ts'

/**
 * The files of an export, wherever they lie: in a folder, a zip, a tar, or given one by one. Nothing is ever unpacked
 * into a folder, so no path can lead out of one.
 */
export interface SourceFiles {
  /** with slashes, sorted; without what operating systems add */
  readonly paths: readonly string[]
  /** Throws FileFault when it is damaged, or too large. */
  read(path: string): Promise<Buffer>
  /** what could not be taken, by kind: ": 3" goes on from it */
  readonly left: ReadonlyMap<string, number>
  /** how it ends before its end; null when it is whole */
  readonly fault: string | null
  close(): void
}

/** What one export may have at most, against files that were made to fill a machine. */
export const fileBounds = {
  files: 1_000_000,
  /** of one file that is read, unpacked */
  fileBytes: 256 << 20,
  /** of all that a tar unpacks to */
  totalBytes: 64 * 2 ** 30,
  pathLength: 1000,
} as const

/** A path as an archive writes it → with slashes; null when it leads out of the archive, or is none. */
export function safePath(path: string): string | null {
  const parts = path.replaceAll('\\', '/').split('/')
  const isAbsolute = parts[0] === '' || /^[a-z]:$/i.test(parts[0]!)
  const kept = parts.filter((part) => part !== '.' && part !== '')
  if (isAbsolute || kept.length === 0 || kept.includes('..') || path.includes('\0')) return null
  return path.length > fileBounds.pathLength ? null : kept.join('/')
}

/** `__MACOSX/`, `.DS_Store`, `Thumbs.db` and the like. */
export function isOfSystem(path: string): boolean {
  return path.split('/').some((part) => part === '__MACOSX' || part.startsWith('._') || systemFiles.has(part))
}
const systemFiles: ReadonlySet<string> = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', '.git'])

/** Only these are ever read: pictures and other files of an export are named by its messages. */
export const isReadable = (path: string): boolean => /\.(json|ndjson|jsonl|txt)$/i.test(path)

/** Collects the entries of an archive: the first of each path counts. */
export function collectPaths() {
  const paths = new Set<string>()
  const left = new Map<string, number>()
  const leave = (kind: string) => void left.set(kind, (left.get(kind) ?? 0) + 1)
  return {
    paths,
    left,
    leave,
    /** the path to read it by; null when it is not to be read */
    take(written: string): string | null {
      if (written.endsWith('/') || written.endsWith('\\')) return null
      const path = safePath(written)
      if (path === null) leave('files with a path that leads out of the archive')
      else if (isOfSystem(path)) return null
      else if (!isReadable(path)) leave('files that messages may name (pictures, documents): not copied')
      else if (paths.has(path)) leave('files of which there is another with the same path')
      else {
        paths.add(path)
        return path
      }
      return null
    },
  }
}

/** Several as one: the paths of each begin with its place. */
export function joinFiles(all: readonly SourceFiles[]): SourceFiles {
  if (all.length === 1) return all[0]!
  const left = new Map<string, number>()
  for (const files of all) for (const [kind, count] of files.left) left.set(kind, (left.get(kind) ?? 0) + count)
  return {
    paths: all.flatMap(({ paths }, place) => paths.map((path) => `${place + 1}/${path}`)),
    async read(path) {
      const slash = path.indexOf('/')
      return all[Number(path.slice(0, slash)) - 1]!.read(path.slice(slash + 1))
    },
    left,
    fault: all.map(({ fault }) => fault).find((fault) => fault !== null) ?? null,
    close: () => all.forEach((files) => files.close()),
  }
}

/** The chunks of one file as a whole; `tooLong` throws. */
export async function gather(chunks: AsyncIterable<Buffer>, tooLong: () => Error): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > fileBounds.fileBytes) throw tooLong()
    pieces.push(chunk)
  }
  return Buffer.concat(pieces)
}

export const tooLarge = (): FileFault => new FileFault(`it is larger than ${fileBounds.fileBytes >> 20} MB`)
