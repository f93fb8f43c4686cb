import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStore } from './blob-store.ts'

/** The BlobStore in a folder: `ab/abcdef…` are files, `uploads/…` what is on its way. */
export async function openBlobFolder(folder: string): Promise<BlobStore> {
  const uploads = join(folder, 'uploads')
  await mkdir(uploads, { recursive: true, mode: 0o700 })
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)
  const uploadOf = (upload: string) => join(uploads, upload)

  return {
    async received(upload) {
      return (await stat(uploadOf(upload)).catch(() => null))?.size ?? 0
    },
    async append(upload, bytes, onBytes) {
      const file = await open(uploadOf(upload), 'a', 0o600)
      try {
        for await (const chunk of bytes) {
          onBytes(chunk)
          await file.writeFile(chunk)
        }
      } finally {
        await file.close()
      }
    },
    readUpload: (upload) => createReadStream(uploadOf(upload)),
    async keep(upload, sha256) {
      await sync(uploadOf(upload))
      await mkdir(join(folder, sha256.slice(0, 2)), { recursive: true, mode: 0o700 })
      await rename(uploadOf(upload), pathOf(sha256))
      await sync(join(folder, sha256.slice(0, 2)))
    },
    dropUpload: (upload) => rm(uploadOf(upload), { force: true }),
    read: (sha256, from, to) => createReadStream(pathOf(sha256), { start: from, end: to }),
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
