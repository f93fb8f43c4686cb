import type { Random } from '../../schema/demo/random.ts'
import { FakeOpfs, type FakeFile, type FileChange } from '../runtime/platform/fake-opfs.ts'

/**
 * What a device may do with changes that were not flushed when its power went. Law: what was flushed stays; of the other changes
 * any may be there and any may not, in no order, and of a write any of its sectors.
 *
 * | survival | of the changes that were not flushed |
 * |---|---|
 * | `all` | all are there: the worker died, the device did not |
 * | `none` | none |
 * | `first` | the first few, in order |
 * | `any` | each or not |
 * | `torn` | each or not, and of a write each sector or not |
 * | `garbage` | as `torn`, and a sector that was being written may hold anything |
 */
export const survivals = ['all', 'none', 'first', 'any', 'torn', 'garbage'] as const
export type Survival = (typeof survivals)[number]

const sectorSize = 512

/** A disk that is told of changes one after the other, and says what would be there if the power went now. */
export class SurvivingDisk {
  readonly #flushed: FakeOpfs
  #waiting: FileChange[] = []

  constructor(start: FakeOpfs) {
    this.#flushed = start.copy()
  }

  take(change: FileChange): void {
    if (change.type !== 'flush') return void this.#waiting.push(change)
    for (const each of this.#waiting) if (each.path === change.path) apply(this.#flushed, each)
    this.#waiting = this.#waiting.filter(({ path }) => path !== change.path)
  }

  /** changes that a power cut may undo */
  get waiting(): number {
    return this.#waiting.length
  }

  afterCut(survival: Survival, random: Random): FakeOpfs {
    const disk = this.#flushed.copy()
    const first = random.between(0, this.#waiting.length)
    const odds = random.pick([0.1, 0.5, 0.9])
    for (const [place, change] of this.#waiting.entries()) {
      switch (survival) {
        case 'all':
          apply(disk, change)
          break
        case 'none':
          break
        case 'first':
          if (place < first) apply(disk, change)
          break
        case 'any':
          if (random.chance(odds)) apply(disk, change)
          break
        case 'torn':
        case 'garbage':
          if (random.chance(odds)) tear(disk, change, random, survival === 'garbage')
      }
    }
    return disk
  }
}

function apply(disk: FakeOpfs, change: FileChange): void {
  const file = fileOf(disk, change)
  if (change.type === 'truncate') file.resize(change.size)
  if (change.type === 'write') put(file, change.at, change.bytes)
}

function tear(disk: FakeOpfs, change: FileChange, random: Random, garbage: boolean): void {
  if (change.type !== 'write') return apply(disk, change)
  const file = fileOf(disk, change)
  const { at, bytes } = change
  for (let from = at; from < at + bytes.length; from = sectorEnd(from)) {
    const part = bytes.subarray(from - at, Math.min(sectorEnd(from), at + bytes.length) - at)
    const fate = random.next()
    if (fate < 0.5) put(file, from, part)
    else if (garbage && fate < 0.6) put(file, from, Uint8Array.from(part, () => random.between(0, 255))) // prettier-ignore
  }
}

const sectorEnd = (at: number): number => (Math.floor(at / sectorSize) + 1) * sectorSize

function put(file: FakeFile, at: number, bytes: Uint8Array): void {
  if (file.size < at + bytes.length) file.resize(at + bytes.length)
  file.bytes.set(bytes, at)
}

function fileOf(disk: FakeOpfs, { path }: FileChange): FakeFile {
  const file = disk.files.get(path)
  if (!file) throw new Error(`${path} was made while changes were recorded`)
  return file
}
