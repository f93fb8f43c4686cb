import { createHash, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * The push service that Firefox talks to, as far as one browser needs it: the WebSocket that it keeps open (the protocol of
 * autopush), and the endpoints that servers send to.
 */
export class PushService {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #browser: Duplex | null = null
  /** pushes that a Service Worker has worked off, and those that failed in it */
  readonly acked: { readonly version: string; readonly code: number }[] = []
  sent = 0

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const channelID = request.url!.slice(1)
        const data = Buffer.concat(chunks).toString('base64url')
        const headers = { encoding: request.headers['content-encoding'] }
        this.#say({ messageType: 'notification', channelID, version: randomUUID(), data, headers })
        this.sent++
        response.writeHead(201).end()
      })
    })
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('upgrade', (request, socket) => {
      const accept = createHash('sha1')
        .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64')
      const protocol = request.headers['sec-websocket-protocol']
      const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`] // prettier-ignore
      if (protocol) lines.push(`Sec-WebSocket-Protocol: ${protocol}`)
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      socket.on('error', () => {})
      this.#browser = socket
      readTexts(socket, (text) => this.#hear(JSON.parse(text) as Heard))
    })
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }
  /** of a Firefox that uses it */
  get preferences(): Readonly<Record<string, unknown>> {
    return {
      'dom.push.enabled': true,
      'dom.push.connection.enabled': true,
      'dom.push.serverURL': `ws://${this.host}/`,
      'dom.push.testing.allowInsecureServerURL': true,
      'permissions.default.desktop-notification': 1,
    }
  }
  stop(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #hear({ messageType, channelID, uaid, updates }: Heard): void {
    switch (messageType) {
      case undefined: // a ping
        return this.#say({})
      case 'hello':
        return this.#say({ messageType, status: 200, uaid: uaid || randomUUID(), use_webpush: true, broadcasts: {} })
      case 'register':
        return this.#say({ messageType, channelID, status: 200, pushEndpoint: `http://${this.host}/${channelID}` })
      case 'unregister':
        return this.#say({ messageType, channelID, status: 200 })
      case 'ack':
        this.acked.push(...(updates ?? []))
    }
  }

  #say(message: object): void {
    const text = Buffer.from(JSON.stringify(message))
    const head = text.length < 126 ? Buffer.from([0x81, text.length]) : Buffer.from([0x81, 126, text.length >> 8, text.length & 255]) // prettier-ignore
    this.#browser?.write(Buffer.concat([head, text]))
  }
}

interface Heard {
  readonly messageType?: string
  readonly channelID?: string
  readonly uaid?: string
  readonly updates?: readonly { readonly version: string; readonly code: number }[]
}

/** Text frames of a client, each whole and below 64 kB. */
function readTexts(socket: Duplex, onText: (text: string) => void): void {
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    for (;;) {
      const short = (bytes[1] ?? 0) & 127
      const at = short === 126 ? 4 : 2
      if (bytes.length < at + 4) return
      const length = short === 126 ? bytes.readUInt16BE(2) : short
      if (bytes.length < at + 4 + length) return
      const mask = bytes.subarray(at, at + 4)
      const content = bytes.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i % 4]!)
      if ((bytes[0]! & 15) === 1) onText(Buffer.from(content).toString('utf8'))
      bytes = bytes.subarray(at + 4 + length)
    }
  })
}
