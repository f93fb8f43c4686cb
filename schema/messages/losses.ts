/**
 * What a person was in and may no longer read: it has left this device. Kept in `meta` under this key, as JSON, until they have
 * seen it; what they left by themselves is not in it.
 */
export const lossesKey = 'losses'
export interface Loss {
  readonly stream: string
  /** of the space or the room; '' of a direct message */
  readonly name: string
}

export function readLosses(value: unknown): readonly Loss[] {
  return typeof value === 'string' ? (JSON.parse(value) as Loss[]) : []
}
