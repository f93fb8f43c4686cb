const allowed = new Set(['http:', 'https:', 'mailto:'])

/**
 * The address, if a person may be sent there; null for javascript:, data:, and whatever else is not on the list, and for
 * an address that opens with a false one (`https://bank.example@evil.example`).
 */
export function safeUrl(address: string): string | null {
  const url = parsed(address)
  return url && allowed.has(url.protocol) && url.username === '' && url.password === '' ? url.href : null
}

export function hostOf(address: string): string | null {
  return parsed(address)?.host ?? null
}

function parsed(address: string): URL | null {
  try {
    return new URL(address)
  } catch {
    return null
  }
}
