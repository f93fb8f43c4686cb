import { useEffect, useState } from 'react'
import type { NamedFile } from '../../../schema/events/payload-fields.ts'
import type { FileKey } from '../../../workers/chat/device-files.ts'
import { useClientStatus } from '../../live/index.ts'
import { FileMissing, readFile, type Missing } from './device-files.ts'

export type ShownFile =
  | { readonly state: 'loading' }
  | { readonly state: 'here'; readonly url: string }
  | { readonly state: 'missing'; readonly why: Missing }

/** Addresses of files that are, or were a moment ago, on screen: a row that scrolls back does not read them again. */
interface Held {
  readonly url: Promise<string>
  users: number
  timer: ReturnType<typeof setTimeout> | null
}
const held = new Map<string, Held>()
const heldMs = 60_000

/** The file for <img> and its like; null asks for nothing. What is missing is asked for again once there is a network. */
export function useFile(key: FileKey | null, file: NamedFile): ShownFile {
  const { sync } = useClientStatus()
  const online = sync.state === 'live' || sync.state === 'syncing'
  const [shown, setShown] = useState<ShownFile>({ state: 'loading' })
  const { stream, message, sha256 } = key ?? { stream: '', message: '', sha256: '' }
  const retry = shown.state === 'missing' && shown.why === 'offline' && online
  useEffect(() => {
    if (stream === '') return
    let wanted = true
    const name = `${stream} ${message} ${sha256}`
    const mine = hold(name, () => readFile({ stream, message, sha256 }, file, online))
    mine.url.then(
      (url) => wanted && setShown({ state: 'here', url }),
      (error: unknown) => {
        if (held.get(name) === mine) held.delete(name)
        if (wanted) setShown({ state: 'missing', why: error instanceof FileMissing ? error.why : 'damaged' })
      },
    )
    return () => {
      wanted = false
      release(name, mine)
    }
    // the file is what the message says for ever; whether there is a network counts only where it was missed
    // oxlint-disable-next-line react/exhaustive-deps
  }, [stream, message, sha256, retry])
  // not known yet: in a moment it comes, or there is no network
  const waits = shown.state === 'missing' && shown.why === 'offline' && sync.state === 'connecting'
  return waits ? { state: 'loading' } : shown
}

function hold(name: string, read: () => Promise<Blob>): Held {
  const known = held.get(name)
  if (known) {
    known.users += 1
    if (known.timer) clearTimeout(known.timer)
    known.timer = null
    return known
  }
  const mine: Held = { url: read().then((blob) => URL.createObjectURL(blob)), users: 1, timer: null }
  held.set(name, mine)
  return mine
}

function release(name: string, mine: Held): void {
  mine.users -= 1
  if (mine.users > 0) return
  mine.timer = setTimeout(() => {
    if (held.get(name) === mine) held.delete(name)
    mine.url.then((url) => URL.revokeObjectURL(url)).catch(() => {})
  }, heldMs)
}
