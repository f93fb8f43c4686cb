const allowed = new Set(['http:', 'https:', 'mailto:'])

/** The address, if a person may be sent there; null for javascript:, data:, and whatever else is not on the list. */
export function safeUrl(address: string): string | null {
  try {
    const url = new URL(address)
    return allowed.has(url.protocol) ? url.href : null
  } catch {
    return null
  }
}
