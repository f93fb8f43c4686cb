import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { FileFault, ImportError } from '../import-error.ts'
import { collectPaths, fileBounds, gather, tooLarge, type SourceFiles } from './source-files.ts'

/** The files of a folder and of the folders in it. Links are not followed. */
export async function folderFiles(folder: string): Promise<SourceFiles> {
  const found = collectPaths()
  const open = [folder]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      throw new ImportError(`${next} cannot be read (${error.code ?? 'unknown cause'}).`)
    })
    for (const entry of entries) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) open.push(path)
      else if (entry.isFile()) found.take(relative(folder, path).split(sep).join('/'))
      else found.leave('links and other things that are no files')
    }
    if (found.paths.size > fileBounds.files) throw new ImportError(`${folder} has more than a million files.`)
  }
  return {
    paths: [...found.paths].sort(),
    left: found.left,
    fault: null,
    async read(path) {
      const file = createReadStream(join(folder, path))
      try {
        return await gather(file as AsyncIterable<Buffer>, tooLarge)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        throw error instanceof FileFault ? error : new FileFault(`it cannot be read (${code ?? 'unknown cause'})`)
      } finally {
        file.destroy()
      }
    },
    close() {},
  }
}
