import { pipeline, Readable } from 'node:stream'
import { extract } from 'tar-stream'
import { openSqlite } from '../../sqlite.ts'
import { FileFault, ImportError } from '../import-error.ts'
import { collectPaths, fileBounds, gather, tooLarge, type SourceFiles } from './source-files.ts'

/**
 * The files of a tar archive. It is read once from end to end, and what may be asked for lies in a temporary file of
 * SQLite's then, which is gone with the process.
 */
export async function tarFiles(path: string, chunks: AsyncIterable<Buffer>): Promise<SourceFiles> {
  const database = await openSqlite('', { durable: false })
  database.exec('CREATE TABLE files (path TEXT PRIMARY KEY, bytes BLOB NOT NULL); BEGIN')
  const insert = database.prepare('INSERT INTO files VALUES (?, ?)')
  const find = database.prepare('SELECT bytes FROM files WHERE path = ?')
  const found = collectPaths()
  const large = new Set<string>()
  let total = 0
  let fault: string | null = null

  const archive = extract()
  pipeline(Readable.from(chunks), archive, () => {}) // an error of either is thrown by whoever reads
  try {
    for await (const entry of archive) {
      const { name, type, size = 0 } = entry.header
      const kept = type === 'file' || type === 'contiguous-file' ? found.take(name) : null
      if (kept === null) entry.resume()
      else if (size > fileBounds.fileBytes) {
        large.add(kept)
        entry.resume()
      } else {
        const bytes = await gather(entry as AsyncIterable<Buffer>, tooLarge)
        total += bytes.length
        insert.run(kept, bytes)
      }
      if (found.paths.size > fileBounds.files || total > fileBounds.totalBytes) {
        throw new ImportError(`${path} unpacks to more than an export can be.`)
      }
    }
  } catch (error) {
    if (error instanceof ImportError && !(error instanceof FileFault)) {
      database.close()
      throw error
    }
    fault = `${path} is a damaged archive: it ends, or is damaged, behind its first ${found.paths.size} files.`
  }
  return {
    paths: [...found.paths].sort(),
    left: found.left,
    fault,
    read(name) {
      if (large.has(name)) return Promise.reject(tooLarge())
      const row = find.get(name) as { bytes: Uint8Array } | undefined
      return Promise.resolve(Buffer.from(row?.bytes ?? []))
    },
    close: () => database.close(),
  }
}
