import { isUtf8 } from 'node:buffer'
import { getFileNameLowLevel, openPromise, type Entry } from 'yauzl'
import { FileFault, ImportError } from '../import-error.ts'
import { collectPaths, fileBounds, gather, tooLarge, type SourceFiles } from './source-files.ts'

/** The files of a zip archive, each unpacked when it is read, and never beyond the bound of a file. */
export async function zipFiles(path: string): Promise<SourceFiles> {
  const damaged = (error: unknown) => new ImportError(`${path} is a damaged zip archive (${messageOf(error)}).`)
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false }).catch((error) => {
    throw damaged(error)
  })
  zip.on('error', () => {}) // whoever reads hears of it
  const found = collectPaths()
  const entries = new Map<string, Entry>()
  let fault: string | null = null
  try {
    for await (const entry of zip.eachEntry()) {
      const kept = found.take(nameOf(entry))
      if (kept !== null) entries.set(kept, entry)
      if (entries.size > fileBounds.files) throw new ImportError(`${path} has more than a million files.`)
    }
  } catch (error) {
    if (error instanceof ImportError || entries.size === 0) {
      zip.close()
      throw error instanceof ImportError ? error : damaged(error)
    }
    fault = `${path} is damaged: not all of its files can be listed (${messageOf(error)}).`
  }
  return {
    paths: [...entries.keys()].sort(),
    left: found.left,
    fault,
    async read(name) {
      const entry = entries.get(name)!
      if (entry.isEncrypted()) throw new FileFault('it is locked with a password')
      if (entry.uncompressedSize > fileBounds.fileBytes) throw tooLarge()
      try {
        const stream = await zip.openReadStreamPromise(entry)
        return await gather(stream as AsyncIterable<Buffer>, tooLarge)
      } catch (error) {
        throw error instanceof FileFault ? error : new FileFault(`it is damaged (${messageOf(error)})`)
      }
    },
    close: () => zip.close(),
  }
}

/** UTF-8 where it is that, whether or not the entry says so; else what the format says (code page 437). */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return isUtf8(fileNameRaw)
    ? fileNameRaw.toString()
    : getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields ?? [], false)
}

const messageOf = (error: unknown): string => (error as Error).message
