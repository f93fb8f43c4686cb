/** A folder of the origin's file system by its path, made if need be. */
export async function openFolder(path: string): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory()
  for (const name of path.split('/').filter(Boolean)) folder = await folder.getDirectoryHandle(name, { create: true })
  return folder
}

/** False when it, or one of the folders above it, is gone: somebody cleared the site's data. */
export async function folderExists(path: string): Promise<boolean> {
  let folder = await navigator.storage.getDirectory()
  try {
    for (const name of path.split('/').filter(Boolean)) folder = await folder.getDirectoryHandle(name)
    return true
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return false
    throw error
  }
}
