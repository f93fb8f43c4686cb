import { damagedFolder } from '../../../schema/messages/runtime/storage.ts'

/** What was kept of a damaged database: the file, and its log where it had one. */
export async function listDamagedCopies(): Promise<readonly File[]> {
  const folder = await openFolder()
  if (!folder) return []
  const files: File[] = []
  for await (const handle of folder.values()) {
    if (handle.kind === 'file') files.push(await (handle as FileSystemFileHandle).getFile())
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1))
}

export async function removeDamagedCopies(): Promise<void> {
  const root = await navigator.storage.getDirectory()
  await root.removeEntry(damagedFolder.slice(1), { recursive: true })
}

/** Null: there never was one, or no such storage here. */
async function openFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await navigator.storage.getDirectory()
    return await root.getDirectoryHandle(damagedFolder.slice(1))
  } catch {
    return null
  }
}
