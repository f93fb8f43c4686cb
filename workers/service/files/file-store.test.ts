import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, test } from 'vitest'
import { deviceBounds } from '../../../schema/device-bounds.ts'
import { NoRoomForFiles, openFileStore, type FileStore } from './file-store.ts'

let serial = 0
let now = 1000
let name: string
let files: FileStore
const reopen = () => (files = openFileStore(name, () => now))
beforeEach(() => {
  name = `files-${++serial}`
  now = 1000
  reopen()
})

/** A file that says how large it is and holds little: the store adds up what is said. */
const sized = (size: number) => Object.defineProperty(new Blob(['x']), 'size', { value: size })
const file = (message: string, sha256: string, blob: Blob = new Blob([sha256]), stream = 'space:s') => ({
  stream,
  message,
  sha256,
  blob,
})
const has = async (message: string, sha256: string, stream = 'space:s') =>
  (await files.find({ stream, message, sha256 })) !== null

describe('files on the device', () => {
  test('what waits is there after a restart, and says which messages wait', async () => {
    await files.queue([file('m1', 'a'), file('m1', 'b')])
    await files.queue([file('m2', 'a')])
    reopen()
    expect(await (await files.find(file('m1', 'b')))?.text()).toBe('b')
    now += 1
    expect(await files.waiting(now)).toEqual([
      { stream: 'space:s', message: 'm1' },
      { stream: 'space:s', message: 'm2' },
    ])
    await files.sent('space:s', 'm1')
    now += 1
    expect(await files.waiting(now)).toEqual([{ stream: 'space:s', message: 'm2' }])
    expect(await has('m1', 'a')).toBe(true) // mine too are shown from here
    expect(await files.waiting(1000)).toEqual([]) // not those of just now
  })

  test('what came makes room, the longest unseen first; what waits never does', async () => {
    const quarter = deviceBounds.keptFileBytes / 4
    await files.queue([file('mine', 'w', sized(quarter))])
    for (const [at, sha] of ['a', 'b', 'c', 'd'].entries()) {
      now = 2000 + at
      await files.keep(file('m', sha, sized(quarter)))
    }
    now = 3000
    expect(await has('m', 'a')).toBe(true) // seen: now b is the oldest
    await files.keep(file('m', 'e', sized(quarter)))
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map((sha) => has('m', sha)))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ])
    expect(await has('mine', 'w')).toBe(true)
    await files.keep(file('m', 'huge', sized(quarter + 1)))
    expect(await has('m', 'huge')).toBe(false)
  })

  test('more than may wait is refused in words, and nothing of it is kept', async () => {
    await files.queue([file('m1', 'a', sized(deviceBounds.queuedFileBytes - 10))])
    const more = files.queue([file('m2', 'b', sized(6)), file('m2', 'c', sized(6))])
    await expect(more).rejects.toThrow(NoRoomForFiles)
    expect(await has('m2', 'b')).toBe(false)
    await files.queue([file('m3', 'd', sized(10))])
  })

  test('an erased message, and a stream that the person may no longer read, take theirs along', async () => {
    for (const message of ['m1', 'm2']) await files.keep(file(message, 'a'))
    await files.keep(file('m1', 'a', undefined, 'room:r'))
    await files.queue([file('mine', 'w', undefined, 'room:r')])
    await files.drop('space:s', ['m1'])
    expect([await has('m1', 'a'), await has('m2', 'a'), await has('m1', 'a', 'room:r')]).toEqual([false, true, true])
    await files.dropStream('room:r')
    expect([await has('m1', 'a', 'room:r'), await has('mine', 'w', 'room:r'), await has('m2', 'a')]).toEqual([
      false,
      true,
      true,
    ])
  })
})
