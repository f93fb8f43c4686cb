import type { FileAnswer, OpeningFault } from '../../../schema/messages/chat-status.ts'
import type { StorageSpace } from '../../../schema/messages/runtime/status.ts'
import { formatBytes } from '../status/format-bytes.ts'

export type Refusal = Extract<FileAnswer, { type: 'Refused' }>['reason']
export type FileFault = Refusal | OpeningFault | 'interrupted'

/** What a person is told of a file that was not opened: what it is, and what to do. */
export const fileWords: Record<FileFault, string> = {
  'no-database': 'This is not a space that was exported from here. Such a file ends in “.sqlite”.',
  foreign: 'This is a database, but not a space that was exported from here.',
  newer: 'A newer version of the app wrote this file. Reload the page to get the newest version, then open it again.',
  busy: 'Another file is being opened. Wait until it is there.',
  damaged: 'The file is damaged and could not be read. Nothing of it was kept. If you have another copy, try that.',
  gone: 'The file can no longer be read: it was moved, changed or taken away. Nothing of it was kept.',
  'no-room': 'This device has no room left for it. Nothing of it was kept. Free some space, then try again.',
  failed: 'The file could not be opened. Nothing of it was kept.',
  interrupted: 'Reading was interrupted. Nothing was kept: choose the file again.',
}

/** The rows and the index of words are made anew, and take about as much again as half of the file. */
const growth = 1.5

/** Null: there is room for a file of so many bytes, as far as the browser says. */
export function lackOfRoom(bytes: number, space: StorageSpace | null): string | null {
  const left = space ? Math.max(0, space.quota - space.usage) : Infinity
  if (bytes * growth <= left) return null
  return `This file needs some ${formatBytes(bytes * growth)}, and the browser has ${formatBytes(left)} left for the app. Free some space, then try again.`
}

/** Example: 'Q&A: Über uns/2026' → 'Q A Über uns 2026.sqlite' */
export function fileName(spaceName: string): string {
  const words = spaceName.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()
  return `${[...words].slice(0, 60).join('') || 'space'}.sqlite`
}
