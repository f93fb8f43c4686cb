/**
 * How large an image says that it is, read from its first bytes; null when they do not say. Nothing is decoded: an image of a few
 * kilobytes may claim billions of pixels, and is refused before anything draws it.
 */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** pixels of an image that is drawn: 160 MB unpacked; a large camera's photograph has 60 million at most */
export const maxPixels = 40_000_000
/** so many bytes of a file are enough: a photograph's thumbnail and colour profile may stand before its size */
export const sizedBytes = 256 * 1024

export function imageSize(head: Uint8Array): ImageSize | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to))
  try {
    if (text(1, 4) === 'PNG') return sized(view.getUint32(16), view.getUint32(20))
    if (text(0, 3) === 'GIF') return sized(view.getUint16(6, true), view.getUint16(8, true))
    if (text(8, 12) === 'WEBP') return webpSize(view, text(12, 16))
    return head[0] === 0xff && head[1] === 0xd8 ? jpegSize(view) : null
  } catch (error) {
    if (error instanceof RangeError) return null // it ends before it says so
    throw error
  }
}

/** Drawn at most so large, in its own proportions. */
export function fittedSize({ width, height }: ImageSize, most: ImageSize): ImageSize {
  const scale = Math.min(1, most.width / width, most.height / height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function sized(width: number, height: number): ImageSize | null {
  return width > 0 && height > 0 ? { width, height } : null
}

function webpSize(view: DataView, form: string): ImageSize | null {
  switch (form) {
    case 'VP8X':
      return sized(1 + threeBytes(view, 24), 1 + threeBytes(view, 27))
    case 'VP8 ':
      return sized(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
    case 'VP8L': {
      const bits = view.getUint32(21, true)
      return sized(1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff))
    }
    default:
      return null
  }
}

const threeBytes = (view: DataView, at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)

/** Its segments, up to the one that begins a frame; turned on its side where the camera says so. */
function jpegSize(view: DataView): ImageSize | null {
  let turned = false
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const length = view.getUint16(at + 2)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)]
      return turned ? sized(height, width) : sized(width, height)
    }
    if (marker === 0xe1) turned = isTurned(view, at + 4, length - 2) || turned
    if (marker === 0xda || length < 2) return null
    at += 2 + length
  }
}

/** Exif's orientation, 5 to 8: a quarter turn. */
function isTurned(view: DataView, at: number, length: number): boolean {
  if (length < 14 || view.getUint32(at) !== 0x45786966) return false
  const tiff = at + 6
  const little = view.getUint16(tiff) === 0x4949
  const directory = tiff + view.getUint32(tiff + 4, little)
  const entries = Math.min(64, view.getUint16(directory, little))
  for (let entry = 0; entry < entries; entry++) {
    const field = directory + 2 + entry * 12
    if (view.getUint16(field, little) === 0x0112) return view.getUint16(field + 8, little) >= 5
  }
  return false
}
