import { beforeEach, expect, test, vi } from 'vitest'
import { browserSqlite } from '../platform/browser-sqlite.ts'
import { FakeOpfs, installOpfs } from '../platform/fake-opfs.ts'
import { installStoragePool } from './storage-pool.ts'

let disk: FakeOpfs
beforeEach(() => {
  vi.restoreAllMocks()
  disk = new FakeOpfs()
  installOpfs(disk)
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

function everyFile(createSyncAccessHandle: () => Promise<never>): void {
  vi.spyOn(FileSystemFileHandle.prototype, 'createSyncAccessHandle').mockImplementation(createSyncAccessHandle)
}

test('a browser whose files have no access handles has no OPFS, which is known at once', async () => {
  everyFile(() => Promise.reject(new DOMException('not here', 'NotSupportedError')))
  const started = performance.now()
  expect(await installStoragePool(await browserSqlite(), 'pool')).toEqual({ type: 'NoOpfs' })
  expect(performance.now() - started).toBeLessThan(700)
})

test('a folder that must not be read is no OPFS', async () => {
  vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValue(new DOMException('private', 'SecurityError'))
  expect(await installStoragePool(await browserSqlite(), 'pool')).toEqual({ type: 'NoOpfs' })
})

test('files that a dying worker holds are waited for', async () => {
  const first = await installStoragePool(await browserSqlite(), 'pool')
  expect(first.type).toBe('Pool')
  setTimeout(() => disk.letGo(), 120)
  expect((await installStoragePool(await browserSqlite(), 'pool')).type).toBe('Pool')
})
