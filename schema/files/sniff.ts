/**
 * What a file is, by its first bytes; never by its name, or by what somebody says that it is. Only kinds that a browser draws or
 * plays without running anything of theirs are named: all else (HTML, SVG, documents) is bytes to be kept.
 */
export const shownTypes = {
  'image/png': 'image',
  'image/jpeg': 'image',
  'image/gif': 'image',
  'image/webp': 'image',
  'video/mp4': 'video',
  'video/webm': 'video',
  'audio/mpeg': 'audio',
  'audio/mp4': 'audio',
  'audio/ogg': 'audio',
  'audio/wav': 'audio',
  'audio/flac': 'audio',
} as const
export type ShownType = keyof typeof shownTypes
export type FileKind = (typeof shownTypes)[ShownType] | 'file'
export const unshownType = 'application/octet-stream'

/** so many bytes are enough */
export const sniffedBytes = 64

export function sniff(head: Uint8Array): ShownType | typeof unshownType {
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to))
  const begins = (...bytes: readonly number[]) => bytes.every((byte, at) => head[at] === byte)
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (begins(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'image/gif'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WAVE') return 'audio/wav'
  if (text(4, 8) === 'ftyp') {
    const brand = text(8, 12)
    if (brand === 'M4A ' || brand === 'M4B ') return 'audio/mp4'
    if (['isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'M4V ', 'dash'].includes(brand))
      return 'video/mp4'
  }
  if (begins(0x1a, 0x45, 0xdf, 0xa3) && text(4, sniffedBytes).includes('webm')) return 'video/webm'
  if (text(0, 4) === 'OggS') return 'audio/ogg'
  if (text(0, 3) === 'ID3' || (head[0] === 0xff && [0xfb, 0xf3, 0xf2].includes(head[1] ?? 0))) return 'audio/mpeg'
  if (text(0, 4) === 'fLaC') return 'audio/flac'
  return unshownType
}

export function kindOfType(type: string): FileKind {
  return Object.hasOwn(shownTypes, type) ? shownTypes[type as ShownType] : 'file'
}
