/**
 * Asks the browser not to clear this site by itself when space runs short. Not at load, where browsers refuse a stranger:
 * when the person has just joined or made something worth keeping. Some browsers ask the person then, others decide alone.
 */
export async function askToKeepStorage(): Promise<boolean> {
  const storage = navigator.storage as StorageManager | undefined
  if (!storage?.persist) return false
  return (await storage.persisted()) || (await storage.persist())
}

export async function isStorageKept(): Promise<boolean> {
  const storage = navigator.storage as StorageManager | undefined
  return (await storage?.persisted?.()) ?? false
}
