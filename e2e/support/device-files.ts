import type { Page } from '@playwright/test'

/** Which of these words are in any file that the app has in OPFS, open or not, as UTF-8. */
export function wordsInFiles(page: Page, words: readonly string[]): Promise<string[]> {
  return page.evaluate(async (words) => {
    const found = new Set<string>()
    const look = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const handle of folder.values()) {
        if (handle instanceof FileSystemDirectoryHandle) await look(handle)
        else {
          const text = new TextDecoder().decode(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer())
          for (const word of words) if (text.includes(word)) found.add(word)
        }
      }
    }
    await look(await navigator.storage.getDirectory())
    return words.filter((word) => found.has(word))
  }, words)
}
