import { presenceChannel, type PresenceLineMessage, type PresenceRequest } from '../../schema/messages/presence.ts'
import type { SyncApi } from './sync-api.ts'

/** What tabs and the sync client say to one another of who is here (schema/messages/presence.ts). */
export interface PresenceLine {
  post(message: PresenceLineMessage): void
  listen(onMessage: (message: PresenceLineMessage) => void): void
}

/**
 * The sync client's part in presence. What the tail brings of it goes to the tabs and nowhere else; what tabs say goes to the
 * server while the tail stands. Of each tab one word is on its way, and behind it the newest.
 */
export function withPresence(
  api: SyncApi,
  line: PresenceLine,
  say: (said: PresenceRequest) => Promise<unknown>,
): SyncApi {
  let open = false
  const waiting = new Map<string, PresenceRequest>()
  const sending = new Set<string>()

  async function send(tab: string): Promise<void> {
    if (sending.has(tab)) return
    sending.add(tab)
    try {
      for (let said = waiting.get(tab); said; said = waiting.get(tab)) {
        waiting.delete(tab)
        await say(said)
      }
    } catch {
      waiting.delete(tab) // the tab says it again
    } finally {
      sending.delete(tab)
    }
  }

  line.listen((message) => {
    if (message.type !== 'SAY' || !open) return
    const { said } = message
    const before = waiting.get(said.tab)
    const whole = before && 'whole' in before && before.whole
    waiting.set(said.tab, 'whole' in said && whole ? { ...said, whole } : said)
    void send(said.tab)
  })

  return {
    ...api,
    async tail(onMessage, signal) {
      try {
        await api.tail((message) => {
          if (message.type === 'presence') return line.post({ type: 'TOLD', told: message })
          onMessage(message)
          if (message.type !== 'heads') return
          open = true
          line.post({ type: 'OPEN' })
        }, signal)
      } finally {
        open = false
        line.post({ type: 'LOST' })
      }
    },
  }
}

const sayTimeoutMs = 10_000

export function sayPresence(fetch: typeof globalThis.fetch): (said: PresenceRequest) => Promise<unknown> {
  return (said) =>
    fetch('/api/presence', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(said),
      signal: AbortSignal.timeout(sayTimeoutMs),
    })
}

export function openPresenceLine(): PresenceLine {
  const channel = new BroadcastChannel(presenceChannel)
  return {
    post: (message) => channel.postMessage(message),
    listen: (onMessage) =>
      channel.addEventListener('message', ({ data }: MessageEvent<PresenceLineMessage>) => onMessage(data)),
  }
}
