import { useSyncExternalStore } from 'react'
import type { NamedFile } from '../../../schema/events/payload-fields.ts'
import { imageSize, maxPixels, sizedBytes } from '../../../schema/files/image-size.ts'
import { kindOfType, sniff } from '../../../schema/files/sniff.ts'
import { fileChannel, openFileStore, type FileKey, type FileNews } from '../../../workers/chat/device-files.ts'
import type { ChatClient } from '../../../workers/chat/chat-client.ts'
import { hashOf, type ChosenFile } from './read-chosen.ts'

/** The files of messages on this device: those that wait to be sent, those that came, and how far each is on its way. */
const store = openFileStore()

/** Durable when it resolves; rejects in words for the person. */
export function queueFiles(stream: string, message: string, chosen: readonly ChosenFile[]): Promise<void> {
  return store.queue(chosen.map(({ file, blob }) => ({ stream, message, sha256: file.sha256, blob })))
}

/** The message was taken back, or refused. */
export function dropFiles(stream: string, message: string): Promise<void> {
  return store.drop(stream, [message])
}

/** Why a file is not shown. */
export type Missing = 'offline' | 'gone' | 'refused' | 'damaged' | 'large'
export class FileMissing extends Error {
  readonly why: Missing
  constructor(why: Missing) {
    super(why)
    this.why = why
  }
}

/** Its bytes: from this device, or else from the server; then they are kept. Rejects with FileMissing. */
export async function readFile(key: FileKey, file: NamedFile, online: boolean): Promise<Blob> {
  const kept = await store.find(key).catch(() => null)
  const blob = kept ?? (await fetchFile(key, file, online))
  // the type is what the bytes are, whatever the message says: nothing of it can become a page of ours
  const head = new Uint8Array(await blob.slice(0, sizedBytes).arrayBuffer())
  const type = sniff(head)
  if (kindOfType(file.type) === 'image') {
    const size = kindOfType(type) === 'image' ? imageSize(head) : null
    if (!size) throw new FileMissing('damaged')
    if (size.width * size.height > maxPixels) throw new FileMissing('large')
  }
  return blob.slice(0, blob.size, type)
}

async function fetchFile(key: FileKey, { size }: NamedFile, online: boolean): Promise<Blob> {
  if (!online || key.stream.startsWith('local:')) throw new FileMissing(online ? 'gone' : 'offline')
  const { stream, message, sha256 } = key
  const query = new URLSearchParams({ stream, message })
  const answer = await fetch(`/api/blobs/${sha256}?${query}`).catch(() => null)
  if (!answer || answer.status >= 500) throw new FileMissing('offline')
  if (!answer.ok) throw new FileMissing(answer.status === 404 ? 'gone' : 'refused')
  const bytes = await answer.arrayBuffer().catch(() => null)
  if (!bytes) throw new FileMissing('offline')
  if (bytes.byteLength !== size || (await hashOf(bytes)) !== sha256) throw new FileMissing('damaged')
  const blob = new Blob([bytes])
  void store.keep({ ...key, blob })
  return blob
}

/** Bytes of each file of mine that the server has, while they are sent. */
let sending: ReadonlyMap<string, number> = new Map()
const listeners = new Set<() => void>()
let channel: BroadcastChannel | null = null

/** From 0 to 1; null: nothing of it is on its way. */
export function useSending({ stream, message, sha256 }: FileKey, size: number): number | null {
  const sent = useSyncExternalStore(subscribe, () => sending.get(`${stream} ${message} ${sha256}`))
  return sent === undefined ? null : Math.min(1, sent / size)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (!channel) {
    channel = new BroadcastChannel(fileChannel)
    channel.addEventListener('message', ({ data }: MessageEvent<FileNews>) => {
      const message = `${data.stream} ${data.message} `
      if (data.type === 'SENDING') sending = new Map(sending).set(message + data.sha256, data.sent)
      else sending = new Map([...sending].filter(([key]) => !key.startsWith(message)))
      for (const one of listeners) one()
    })
  }
  return () => listeners.delete(listener)
}

/**
 * Files that wait, and whose message does not any more: it was sent just before the browser ended, or never written. Those
 * of the last minutes may be about to be.
 */
export async function tidyFiles(client: Pick<ChatClient, 'query'>): Promise<void> {
  for (const { stream, message } of await store.waiting(Date.now() - 600_000)) {
    if (stream.startsWith('local:')) continue
    const { rows } = await client.query(
      `SELECT EXISTS (SELECT 1 FROM outbox WHERE stream = ?1 AND event_id = ?2),
         EXISTS (SELECT 1 FROM streams s JOIN timeline_items t ON t.stream = s.id WHERE s.name = ?1 AND t.id = ?2 AND t.files IS NOT NULL)`,
      [stream, message],
    )
    const [waits, isThere] = rows[0] as [number, number]
    if (waits === 1) continue
    await (isThere === 1 ? store.sent(stream, message) : store.drop(stream, [message]))
  }
}
