import { ulid } from 'ulid'
import type { EventDraft } from '../../../schema/events/event.ts'
import type { ChatClient } from '../../../workers/chat/chat-client.ts'
import type { ClientError } from '../../../workers/runtime/client/client.ts'

/** What became of each write, by its number. */
export interface Written {
  readonly done: number[]
  /** refused with LEADER_LOST: they may or may not have run */
  readonly lost: number[]
  readonly failed: string[]
}
export interface Writer {
  stop(): Promise<{ readonly rows: Written; readonly events: Written }>
}

/** Writes without a pause, several at once: raw rows into `written(who, n)`, and events named by their number. */
export function startWriter(client: ChatClient, who: string, inFlight = 4): Writer {
  const stopping = new AbortController()
  const rows: Written = { done: [], lost: [], failed: [] }
  const events: Written = { done: [], lost: [], failed: [] }

  async function write(written: Written, step: (n: number) => Promise<unknown>, first: number): Promise<void> {
    for (let n = first; !stopping.signal.aborted; n += inFlight) {
      try {
        await step(n)
        written.done.push(n)
      } catch (error) {
        const { code, message } = error as ClientError
        if (code === 'LEADER_LOST') written.lost.push(n)
        else written.failed.push(`${n}: ${code} ${message}`)
      }
    }
  }
  const row = (n: number) => client.query('INSERT INTO written (who, n) VALUES (?, ?)', [who, n])
  const event = (n: number) => client.dispatch([message(who, String(n))])
  const loops = Array.from({ length: inFlight }, (_, i) => [write(rows, row, i), write(events, event, i)]).flat()
  return {
    async stop() {
      stopping.abort()
      await Promise.all(loops)
      return { rows, events }
    },
  }
}

/** A valid event of a stream that lives on this device alone. */
export function message(who: string, text: string): EventDraft {
  const id = ulid()
  return {
    id,
    type: 'message.create',
    stream: 'local:faults',
    actor: who,
    at: Date.now(),
    entity: id,
    room: 'room',
    payload: { text },
  }
}
