const everywhere = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/**
 * What every answer tells the browser. The app's pages run our own scripts, workers and WebAssembly and nothing else,
 * are framed by nobody, and share their process with no other site; the API's answers are no documents at all.
 */
export const apiHeaders: Readonly<Record<string, string>> = {
  ...everywhere,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

const unused = ['camera', 'microphone', 'geolocation', 'payment', 'usb', 'serial', 'midi', 'display-capture']

/** For the app's files. `scriptHashes`: of the page's inline scripts, `styleHashes`: of styles that a library inserts. */
export function fileHeaders(
  scriptHashes: readonly string[],
  styleHashes: readonly string[],
  overHttps: boolean,
): Readonly<Record<string, string>> {
  const quoted = (hashes: readonly string[]) => hashes.map((hash) => ` '${hash}'`).join('')
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval'${quoted(scriptHashes)}`,
    `style-src 'self'${quoted(styleHashes)}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]
  return {
    ...everywhere,
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': unused.map((feature) => `${feature}=()`).join(', '),
    'x-frame-options': 'DENY',
    ...(overHttps ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
}
