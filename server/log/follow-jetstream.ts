import { DeliverPolicy, type ConsumerMessages, type JetStreamClient, type JsMsg } from '@nats-io/jetstream'

/** A dead leader is noticed by a missing heartbeat; with the client's defaults a tail was silent for 42 s. */
const consuming = { expires: 2000, idle_heartbeat: 500, max_messages: 500 }
const againMs = 250

/** Hands over a stream of JetStream in its order, from `next()` on, until it is stopped; goes on after whatever fails. */
export function followJetStream(
  client: JetStreamClient,
  stream: string,
  next: () => number,
  take: (message: JsMsg) => void,
  failed: (error: unknown) => void,
): { stop(): void } {
  const end = new AbortController()
  let messages: ConsumerMessages | null = null

  async function follow(): Promise<void> {
    while (!end.signal.aborted) {
      try {
        const from = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: next() }
        const consumer = await client.consumers.get(stream, from)
        messages = await consumer.consume(consuming)
        if (end.signal.aborted) messages.stop()
        for await (const message of messages) take(message)
      } catch (error) {
        if (!end.signal.aborted) failed(error)
      }
      if (!end.signal.aborted) await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }

  void follow()
  return {
    stop() {
      end.abort()
      messages?.stop()
    },
  }
}

/** How far something has come, and who waits until it has come that far. */
export class Reached {
  #seq: number
  readonly #waiting = new Set<{ readonly seq: number; readonly resolve: () => void }>()

  constructor(seq: number) {
    this.#seq = seq
  }

  get seq(): number {
    return this.#seq
  }

  /** It and all before it. */
  reach(seq: number): void {
    this.#seq = Math.max(this.#seq, seq)
    for (const one of this.#waiting) {
      if (one.seq > this.#seq) continue
      this.#waiting.delete(one)
      one.resolve()
    }
  }

  wait(seq: number): Promise<void> {
    if (this.#seq >= seq) return Promise.resolve()
    return new Promise((resolve) => void this.#waiting.add({ seq, resolve }))
  }
}
