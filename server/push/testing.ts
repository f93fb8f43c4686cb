import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestPerson } from '../testing.ts'

/** A push service that keeps what comes, for tests. It answers 201, or as a test says for one endpoint. */
export class FakePushService {
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      this.received.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks) })
      const answer = this.answers.get(request.url!)
      if (answer) answer(request, response)
      else response.writeHead(201).end()
    })
  })
  readonly received: { path: string; headers: Record<string, unknown>; body: Buffer }[] = []
  /** by path */
  readonly answers = new Map<string, RequestListener>()

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }
  /** what a browser's `pushManager.subscribe` gives */
  newBrowser(path = `/${randomBytes(6).toString('hex')}`): FakeBrowser {
    return new FakeBrowser(this, path)
  }
  answer(path: string, status: number, headers: Record<string, string> = {}): void {
    this.answers.set(path, (_, response) => response.writeHead(status, headers).end())
  }
  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

export class FakeBrowser {
  readonly #service: FakePushService
  readonly #keys = createECDH('prime256v1')
  readonly #public = this.#keys.generateKeys()
  readonly #auth = randomBytes(16)
  readonly path: string

  constructor(service: FakePushService, path: string) {
    this.#service = service
    this.path = path
  }
  get subscription() {
    const keys = { p256dh: this.#public.toString('base64url'), auth: this.#auth.toString('base64url') }
    return { endpoint: `http://${this.#service.host}${this.path}`, keys }
  }
  /** what came for it, as its Service Worker would see it */
  pushes(): { stream: string; head: string }[] {
    const own = this.#service.received.filter(({ path }) => path === this.path)
    return own.map(({ body }) => JSON.parse(this.#decrypt(body)) as { stream: string; head: string })
  }
  /** Message Encryption for Web Push (RFC 8291), one record */
  #decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16)
    const theirs = body.subarray(21, 21 + body[20]!)
    const secret = this.#keys.computeSecret(theirs)
    const derive = (ikm: Buffer, salt: Buffer, info: Buffer, bytes: number) =>
      Buffer.from(hkdfSync('sha256', ikm, salt, info, bytes))
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#public, theirs])
    const ikm = derive(secret, this.#auth, info, 32)
    const key = derive(ikm, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
    const nonce = derive(ikm, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
    const sealed = body.subarray(21 + theirs.length)
    const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16))
    const text = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
    return text.subarray(0, text.lastIndexOf(2)).toString('utf8')
  }
}

const json = { 'content-type': 'application/json' }
export const subscribe = (person: TestPerson, browser: { subscription: object }) =>
  person.request('/api/push', { method: 'POST', headers: json, body: JSON.stringify(browser.subscription) })
