import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * One response that is written to for as long as both sides live. Written by hand, because the body must end when the
 * client goes away and when it does not read. Law: no more than `maxBytes` wait for one client (a single message may be
 * larger, or who is in thousands of spaces could never connect); a connection that would hold more is cut, and everything
 * that waited for it is let go.
 *
 * It may begin before its turn: a browser that has the last byte of a file asks for the tail on the same socket, and Node
 * has not noted yet that the file is sent. Until then the response has no socket, keeps what is written, and hears
 * nothing of the client's end: the request's socket does.
 */
export class TailConnection {
  readonly #response: ServerResponse
  readonly #socket: Socket
  readonly #maxBytes: number
  readonly #onClose: () => void
  #closed = false
  #stopWaiting = () => {}

  constructor(response: ServerResponse, maxBytes: number, headers: Readonly<OutgoingHttpHeaders>, onClose: () => void) {
    this.#response = response
    this.#socket = response.req.socket
    this.#maxBytes = maxBytes
    this.#onClose = onClose
    response.on('close', this.#gone)
    response.on('error', this.#gone)
    this.#socket.on('close', this.#gone)
    if (response.destroyed || this.#socket.destroyed) this.#closed = true
    else {
      response.writeHead(200, headers)
      response.flushHeaders()
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  /** bytes that the client has not taken yet */
  get waiting(): number {
    return this.#response.writableLength
  }

  write(bytes: Buffer): void {
    if (this.#closed) return
    const { waiting } = this
    if (waiting > 0 && waiting + bytes.length > this.#maxBytes) this.cut()
    else this.#response.write(bytes)
  }

  /** resolves once the client has read what waits for it, or is gone */
  drained(): Promise<void> {
    if (this.#closed || !this.#response.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      this.#stopWaiting = resolve
      this.#response.once('drain', resolve)
    })
  }

  /** Ends it in order; a client that does not read the end within a second is cut. */
  close(): void {
    if (this.#closed) return
    this.#response.end()
    const late = setTimeout(() => this.#socket.destroy(), 1000)
    late.unref()
    this.#response.once('close', () => clearTimeout(late))
    this.#gone()
  }

  /** Ends it at once; what waited is let go. */
  cut(): void {
    this.#socket.destroy()
    this.#gone()
  }

  readonly #gone = (): void => {
    if (this.#closed) return
    this.#closed = true
    this.#socket.off('close', this.#gone)
    this.#stopWaiting()
    this.#onClose()
  }
}
