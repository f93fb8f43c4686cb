import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compressFolder } from '../../scripts/precompress.ts'
import { startTestServer, type TestServer } from '../testing.ts'

/** The built app as a browser gets it. */
const dist = mkdtempSync(join(tmpdir(), 'dist-'))
const hashed = 'assets/start-k2cTanUO.js'
const files = {
  'index.html': `<!doctype html><script>1</script><p>${'the app '.repeat(300)}</p>`,
  [hashed]: 'export const a = 1\n'.repeat(200),
  'assets/engine-Ab_-12Zz.wasm': 'a module '.repeat(300),
  'service-worker.js': 'self.skipWaiting()\n'.repeat(200),
  'icon.svg': '<svg/>',
}
let server: TestServer
beforeAll(async () => {
  mkdirSync(join(dist, 'assets'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dist, name), text)
  compressFolder(dist)
  server = await startTestServer({ dist, origins: ['https://chat.example.org'] })
})
afterAll(async () => {
  await server.dispose()
  rmSync(dist, { recursive: true })
})

/** As it comes over the wire. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ headers: Record<string, unknown>; bytes: Buffer; status: number }>((resolve, reject) => {
    const asked = request(`${server.origin}/${path}`, { method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ headers: answer.headers, bytes: Buffer.concat(chunks), status: answer.statusCode! }),
      )
    })
    asked.on('error', reject).end()
  })
}
const asIs = (bytes: Buffer) => bytes

test.each([
  ['br', 'gzip, deflate, br, zstd', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
  [undefined, 'identity', asIs],
  [undefined, 'br;q=0', asIs],
  [undefined, '', asIs],
])('%s for who accepts %j, of every kind of file', async (encoding, accepted, open) => {
  for (const [name, text] of Object.entries(files)) {
    if (name === 'icon.svg') continue
    const answer = await get(name, { 'accept-encoding': accepted })
    expect([name, answer.headers['content-encoding']]).toEqual([name, encoding])
    expect(open(answer.bytes).toString()).toBe(text)
    if (encoding) expect(answer.bytes.length).toBeLessThan(text.length / 4)
    // a cache must not give one's copy to another
    expect(answer.headers['vary']).toMatch(/accept-encoding/i)
    const { headers } = await get(name, { 'accept-encoding': accepted }, 'HEAD')
    expect(headers['content-encoding']).toBe(encoding)
  }
})

test('what carries its hash in its name is kept for ever, all else is asked for anew; compressed or not', async () => {
  for (const accepted of ['br', 'identity']) {
    for (const name of Object.keys(files)) {
      const { headers } = await get(name, { 'accept-encoding': accepted })
      expect([name, headers['cache-control']]).toEqual([
        name,
        name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      ])
    }
  }
})

test('a compressed file says what it is, and has the headers of a plain one', async () => {
  for (const name of Object.keys(files)) {
    const plain = (await get(name, { 'accept-encoding': 'identity' })).headers
    const packed = (await get(name, { 'accept-encoding': 'br' })).headers
    const named = ['content-type', 'content-security-policy', 'cross-origin-opener-policy', 'strict-transport-security']
    for (const header of named) expect([name, header, packed[header]]).toEqual([name, header, plain[header]])
    expect(packed['content-type']).not.toMatch(/brotli|octet/)
    expect(packed['content-security-policy']).toContain("default-src 'none'")
  }
})

test('any path of the app is its page, compressed too', async () => {
  const answer = await get('space/x/room/y', { accept: 'text/html', 'accept-encoding': 'br' })
  expect(brotliDecompressSync(answer.bytes).toString()).toBe(files['index.html'])
})

test('a small file has no copy, and a file that was changed after the build is given as it is', async () => {
  expect((await get('icon.svg', { 'accept-encoding': 'br' })).headers['content-encoding']).toBeUndefined()
  const path = join(dist, 'service-worker.js')
  writeFileSync(path, 'changed')
  utimesSync(path, Date.now() / 1000 + 5, Date.now() / 1000 + 5)
  const answer = await get('service-worker.js', { 'accept-encoding': 'br, gzip' })
  expect(answer.bytes.toString()).toBe('changed')
})
