/**
 * One end of a two-way message line. Law: messages arrive in the order in which they were posted, or not at all.
 * `handOver` transfers other ports; the listener gets them wrapped. A message posted to a dead end is lost in silence.
 */
export interface Port {
  post(message: unknown, handOver?: readonly TransferredPort[]): void
  listen(listener: (message: unknown, handedOver: readonly Port[]) => void): void
  close(): void
}
/** What a channel gives to be transferred: a MessagePort in a browser, a fake in a test. */
export type TransferredPort = object

export interface PortPair {
  readonly here: Port
  readonly there: TransferredPort
}

export function portOf(end: MessagePort): Port {
  return {
    post: (message, handOver = []) => end.postMessage(message, handOver as Transferable[]),
    listen(listener) {
      end.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data, event.ports.map(portOf)))
      end.start()
    },
    close: () => end.close(),
  }
}
