/** What was kept of a damaged database in `path` (RuntimeNames.damagedFolder): the file, and its log where it had one. */
export async function listDamagedCopies(path: string): Promise<readonly File[]> {
  const folder = await openFolder(path)
  if (!folder) return []
  const files: File[] = []
  for await (const handle of folder.values()) {
    if (handle.kind === 'file') files.push(await (handle as FileSystemFileHandle).getFile())
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1))
}

export async function removeDamagedCopies(path: string): Promise<void> {
  const root = await navigator.storage.getDirectory()
  await root.removeEntry(path.slice(1), { recursive: true })
}

/** Null: there never was one, or no such storage here. */
async function openFolder(path: string): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await navigator.storage.getDirectory()
    return await root.getDirectoryHandle(path.slice(1))
  } catch {
    return null
  }
}
