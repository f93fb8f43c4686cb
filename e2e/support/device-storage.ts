import type { BrowserContext, CDPSession, Page } from '@playwright/test'
import { chatNames } from '../../schema/messages/sync.ts'

const { poolFolder } = chatNames

/** What happens to a device's storage behind the app's back: it fills up, is damaged, is cleared. */
export class DeviceStorage {
  readonly #origin: string
  readonly #session: CDPSession
  /** of the app's origin, without the app */
  readonly page: Page

  static async of(context: BrowserContext, origin: string): Promise<DeviceStorage> {
    const page = await context.newPage()
    // a path that the Service Worker leaves to the network
    await page.route(`${origin}/healthz`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>no app</title><link rel="icon" href="data:,">' }),
    )
    await page.goto(`${origin}/healthz`)
    // of a page that stays where it is: a session's overrides end when its page goes elsewhere
    return new DeviceStorage(origin, page, await context.newCDPSession(await context.newPage()))
  }

  private constructor(origin: string, page: Page, session: CDPSession) {
    this.#origin = origin
    this.page = page
    this.#session = session
  }

  /** Only so many bytes more may be stored. */
  async leaveRoom(bytes: number): Promise<void> {
    const { usage } = await this.#session.send('Storage.getUsageAndQuota', { origin: this.#origin })
    await this.#session.send('Storage.overrideQuotaForOrigin', { origin: this.#origin, quotaSize: usage + bytes })
  }
  async makeRoom(): Promise<void> {
    await this.#session.send('Storage.overrideQuotaForOrigin', { origin: this.#origin })
  }

  /** `file_systems`, `indexeddb`, `all` … as the DevTools protocol names them. */
  async clear(storageTypes: string): Promise<void> {
    await this.#session.send('Storage.clearDataForOrigin', { origin: this.#origin, storageTypes })
  }

  /** How many entries a store of the Service Worker's IndexedDB has. */
  async countStored(store: 'queue' | 'outbox'): Promise<number> {
    return this.page.evaluate(async (name) => {
      const opening = indexedDB.open('rsql-sync-v1')
      await new Promise((resolve) => (opening.onsuccess = resolve))
      const counting = opening.result.transaction(name).objectStore(name).count()
      await new Promise((resolve) => (counting.onsuccess = resolve))
      opening.result.close()
      return counting.result
    }, store)
  }

  /** Up to where the Service Worker knows this stream to be in the database. */
  async keptCursor(stream: string): Promise<string | null> {
    return this.page.evaluate(async (key) => {
      const opening = indexedDB.open('rsql-sync-v1')
      await new Promise((resolve) => (opening.onsuccess = resolve))
      const getting = opening.result.transaction('streams').objectStore('streams').get(key)
      await new Promise((resolve) => (getting.onsuccess = resolve))
      opening.result.close()
      return (getting.result as { applied: string | null } | undefined)?.applied ?? null
    }, stream)
  }

  /** Deletes the database's files. No tab of the app may be open. */
  async removeFiles(): Promise<void> {
    await this.#untilReleased()
    await this.page.evaluate(async (folder) => {
      const root = await navigator.storage.getDirectory()
      await root.removeEntry(folder, { recursive: true })
    }, poolFolder.slice(1))
  }

  /** The worker of a tab that was closed a moment ago may still hold the files. */
  async #untilReleased(): Promise<void> {
    await this.page.evaluate(async (folder) => {
      const root = await navigator.storage.getDirectory()
      const opaque = await (await root.getDirectoryHandle(folder)).getDirectoryHandle('.opaque')
      for await (const handle of opaque.values()) {
        for (;;) {
          try {
            await (await (handle as FileSystemFileHandle).createWritable({ keepExistingData: true })).abort()
            break
          } catch (error) {
            if ((error as DOMException).name !== 'NoModificationAllowedError') throw error
            await new Promise((resolve) => setTimeout(resolve, 20))
          }
        }
      }
    }, poolFolder.slice(1))
  }

  /**
   * Overwrites bytes of the pool file that holds the database: `at` counts from its beginning, whose first 4096 bytes are
   * the pool's header. No tab of the app may be open. The WAL goes, since it would heal what it has.
   */
  async overwriteDatabase(at: number, length: number, byte: number): Promise<void> {
    await this.#untilReleased()
    await this.page.evaluate(
      async ([folder, at, length, byte]) => {
        const root = await navigator.storage.getDirectory()
        const opaque = await (await root.getDirectoryHandle(folder)).getDirectoryHandle('.opaque')
        let found = 0
        for await (const handle of opaque.values()) {
          const file = await (handle as FileSystemFileHandle).getFile()
          const begins = new Uint8Array(await file.slice(4096, 4111).arrayBuffer())
          const isWal = begins[0] === 0x37 && begins[1] === 0x7f
          const isDatabase = new TextDecoder().decode(begins) === 'SQLite format 3'
          if (!isWal && !isDatabase) continue
          const writable = await (handle as FileSystemFileHandle).createWritable({ keepExistingData: true })
          if (isWal) await writable.truncate(4096)
          else {
            await writable.write({ type: 'write', position: at, data: new Uint8Array(length).fill(byte) })
            found++
          }
          await writable.close()
        }
        if (found !== 1) throw new Error(`${found} databases in the pool`)
      },
      [poolFolder.slice(1), at, length, byte] as const,
    )
  }
}
