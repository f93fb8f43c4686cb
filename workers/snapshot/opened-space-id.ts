import type { SnapshotInfo } from './snapshot-info.ts'
import { spaceIn } from './read-file.ts'

/**
 * What the space of a file is called on a device that opened it. The same file gives the same id, so that it is not opened twice; of two
 * files of one space each is a space of its own. Example: the space 01ABC, saved at 1700000000000 → file-loyw3v28-01ABC.
 */
export function openedSpaceId({ streams, madeAt }: Pick<SnapshotInfo, 'streams' | 'madeAt'>): string {
  const made = Number.isSafeInteger(madeAt) && madeAt >= 0 ? madeAt.toString(36) : '0'
  const of = spaceIn(streams).replaceAll(/[^A-Za-z0-9-]/g, '').slice(-40) // prettier-ignore
  return `file-${made}-${of}`
}
