/**
 * Offsets as they are given out: the number of messages before the place, in a form that sorts as text. The second half
 * is for places inside a message, of which none are given out.
 */
export const toOffset = (position: number): string => `${String(position).padStart(16, '0')}_0000000000000000`

/** null: this server never gave it out */
export function fromOffset(offset: string): number | null {
  const found = /^(\d{16})_0{16}$/.exec(offset)
  return found ? Number(found[1]) : null
}
