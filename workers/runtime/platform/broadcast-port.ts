import type { Port } from './port.ts'

interface Envelope {
  /** a tab id, `host`, or `tabs` */
  readonly to: string
  readonly from: string
  readonly message: unknown
}

/** A BroadcastChannel: in a browser, or a fake. */
export interface Broadcast {
  post(data: unknown): void
  listen(listener: (data: unknown) => void): void
  close(): void
}

/**
 * Message lines over a BroadcastChannel, for where there is no SharedWorker to hand ports to: one host, many tabs.
 * Law: a line is only as good as the host that listens; a tab that gets no answer says again what it wants.
 */
export function broadcastOf(channelName: string): Broadcast {
  const channel = new BroadcastChannel(channelName)
  return {
    post: (data) => channel.postMessage(data),
    listen: (listener) => channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => listener(data)),
    close: () => channel.close(),
  }
}

/** A tab's line to whoever hosts. */
export function lineToHost(channel: Broadcast, tabId: string): Port {
  return {
    post: (message) => channel.post({ to: 'host', from: tabId, message } satisfies Envelope),
    listen(listener) {
      channel.listen((data) => {
        const { to, message } = data as Envelope
        if (to === tabId || to === 'tabs') listener(message, [])
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
  channel: Broadcast,
  onTab: (port: Port) => void,
  handOver: (tabId: string, message: unknown) => readonly Port[],
): TabLines {
  const listeners = new Map<string, Parameters<Port['listen']>[0]>()
  channel.listen((data) => {
    const { to, from, message } = data as Envelope
    if (to !== 'host') return
    if (!listeners.has(from)) {
      onTab({
        post: (answer) => channel.post({ to: from, from: 'host', message: answer } satisfies Envelope),
        listen: (listener) => void listeners.set(from, listener),
        close: () => void listeners.delete(from),
      })
    }
    listeners.get(from)?.(message, handOver(from, message))
  })
  return {
    announce: (message) => channel.post({ to: 'tabs', from: 'host', message } satisfies Envelope),
    close: () => channel.close(),
  }
}
