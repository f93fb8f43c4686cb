/**
 * One range of bytes, as a browser asks for it when it plays or goes on with a download. Several at once, or what is no range at
 * all, is answered with the whole (null), as the standard allows.
 *
 * Example: of 10 bytes, 'bytes=2-' → 2 to 9, 'bytes=-3' → 7 to 9, 'bytes=10-' → unsatisfiable.
 */
export function readRange(
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | 'unsatisfiable' | null {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  if (!found || (found[1] === '' && found[2] === '')) return null
  if (found[1] === '') {
    const last = Number(found[2])
    return last === 0 ? 'unsatisfiable' : { from: Math.max(0, size - last), to: size - 1 }
  }
  const from = Number(found[1])
  const to = found[2] === '' ? size - 1 : Math.min(Number(found[2]), size - 1)
  if (found[2] !== '' && Number(found[2]) < from) return null
  return from >= size ? 'unsatisfiable' : { from, to }
}
