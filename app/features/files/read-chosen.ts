import { deviceBounds } from '../../../schema/device-bounds.ts'
import { nameFrom } from '../../../schema/events/names.ts'
import type { NamedFile } from '../../../schema/events/payload-fields.ts'
import { imageSize, maxPixels, sizedBytes } from '../../../schema/files/image-size.ts'
import { kindOfType, sniff, unshownType } from '../../../schema/files/sniff.ts'
import { formatBytes } from '../status/format-bytes.ts'

/** A file that somebody chose, as a message will name it, and its bytes. */
export interface ChosenFile {
  readonly file: NamedFile
  readonly blob: Blob
}

/** Rejects in words for who chose it. */
export async function readChosen(chosen: File): Promise<ChosenFile> {
  const name = nameFrom(chosen.name, 'file')
  const { size } = chosen
  if (size === 0) throw new Error(`“${name}” is empty, or a folder. Choose files with something in them.`)
  if (size > deviceBounds.fileBytes) {
    const [has, most] = [size, deviceBounds.fileBytes].map(formatBytes)
    throw new Error(`“${name}” is too large: ${has}, at most ${most} can be sent.`)
  }
  if (!globalThis.crypto?.subtle) throw new Error('Files can be sent only where the address begins with https://.')
  const bytes = await chosen.arrayBuffer().catch(() => {
    throw new Error(`“${name}” could not be read. It may have been moved or changed.`)
  })
  const sha256 = await hashOf(bytes)
  const head = new Uint8Array(bytes, 0, Math.min(size, sizedBytes))
  const sniffed = sniff(head)
  const said = /^[a-z]+\/[a-z0-9.+-]+$/.test(chosen.type) && chosen.type.length <= 100 ? chosen.type : unshownType
  // what only says that it is a picture is sent as a file
  const type = sniffed !== unshownType || kindOfType(said) !== 'file' ? sniffed : said
  const pixels = kindOfType(type) === 'image' ? imageSize(head) : null
  const fits = pixels !== null && pixels.width <= 100_000 && pixels.height <= 100_000
  const file = { sha256, name, type, size, ...(fits && pixels) }
  // a copy: what lies on the disk may change before it is sent
  return { file, blob: new Blob([bytes], { type }) }
}

export async function hashOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** An image that this app draws. */
export function isDrawable({ type, width = 0, height = 0 }: NamedFile): boolean {
  return kindOfType(type) === 'image' && width * height <= maxPixels
}
