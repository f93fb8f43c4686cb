import type { Port } from './port.ts'

/**
 * Message lines over a BroadcastChannel, for where there is no SharedWorker to hand ports to: one host, many tabs.
 * Law: a line is only as good as the host that listens; a tab that gets no answer says again what it wants.
 */
interface Envelope {
  /** a tab id, `host`, or `tabs` */
  readonly to: string
  readonly from: string
  readonly message: unknown
}

/** A tab's line to whoever hosts. */
export function lineToHost(channelName: string, tabId: string): Port {
  const channel = new BroadcastChannel(channelName)
  return {
    post: (message) => channel.postMessage({ to: 'host', from: tabId, message } satisfies Envelope),
    listen(listener) {
      channel.addEventListener('message', ({ data }: MessageEvent<Envelope>) => {
        if (data.to === tabId || data.to === 'tabs') listener(data.message, [])
      })
    },
    close: () => channel.close(),
  }
}

export interface TabLines {
  /** to every tab at once */
  announce(message: unknown): void
  close(): void
}

/**
 * The host's end: `onTab` gets a line for each tab when it first speaks, and `handOver` says what comes along with a
 * message of that tab as if it had been transferred.
 */
export function linesToTabs(
  channelName: string,
  onTab: (port: Port) => void,
  handOver: (tabId: string, message: unknown) => readonly Port[],
): TabLines {
  const channel = new BroadcastChannel(channelName)
  const listeners = new Map<string, Parameters<Port['listen']>[0]>()
  channel.addEventListener('message', ({ data }: MessageEvent<Envelope>) => {
    if (data.to !== 'host') return
    const { from, message } = data
    if (!listeners.has(from)) {
      onTab({
        post: (answer) => channel.postMessage({ to: from, from: 'host', message: answer } satisfies Envelope),
        listen: (listener) => void listeners.set(from, listener),
        close: () => void listeners.delete(from),
      })
    }
    listeners.get(from)?.(message, handOver(from, message))
  })
  return {
    announce: (message) => channel.postMessage({ to: 'tabs', from: 'host', message } satisfies Envelope),
    close: () => channel.close(),
  }
}
