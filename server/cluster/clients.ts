import type { TailMessage } from '../../schema/messages/http.ts'
import type { TestPerson } from '../testing.ts'

/** What a device sends again by itself: where nobody answered, and where the server says that it cannot now. */
const isPassing = (status: number) => status >= 500 || [408, 425, 429].includes(status)

/** Asks one server of several, as a proxy lets a device do: another one when this one fails. */
export class Client {
  /** answers that a device would not repeat by itself: there must be none */
  readonly refusals: string[] = []
  readonly #person: TestPerson
  readonly #origins: readonly string[]
  #at: number

  constructor(person: TestPerson, origins: readonly string[], at: number) {
    this.#person = person
    this.#origins = origins
    this.#at = at
  }

  /** null: it failed, and another server is asked next */
  async ask(path: string, init: RequestInit): Promise<Response | null> {
    const origin = this.#origins[this.#at % this.#origins.length]!
    const headers = { origin, cookie: this.#person.cookie, 'content-type': 'application/json' }
    const answer = await fetch(origin + path, { ...init, headers }).catch(() => null)
    if (answer?.ok) return answer
    this.#at += 1
    if (answer && !isPassing(answer.status)) this.refusals.push(`${answer.status} ${await answer.text()}`)
    else await answer?.body?.cancel()
    return null
  }

  /** Sends the same again until it is taken, as the app does. */
  async append(stream: string, events: readonly unknown[]): Promise<void> {
    const path = `/api/streams/${encodeURIComponent(stream)}/events`
    const body = JSON.stringify({ events })
    while (!(await this.ask(path, { method: 'POST', body, signal: AbortSignal.timeout(20_000) }))) await sleep(100)
  }
}

/** A live connection as the app keeps it: it goes on from its cursor, at another server if need be. */
export class Tail {
  readonly seen = new Set<string>()
  twice = 0
  readonly client: Client
  readonly #stream: string
  readonly #times: number[] = []
  readonly #ended = new AbortController()
  #cursor: string | null = null

  constructor(client: Client, stream: string) {
    this.client = client
    this.#stream = stream
  }

  async follow(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#read().catch(() => {}) // it begins anew where it stopped
      if (!this.#ended.signal.aborted) await sleep(100)
    }
  }

  async #read(): Promise<void> {
    const after = this.#cursor === null ? '' : `?after=${this.#cursor}`
    const path = `/api/streams/${encodeURIComponent(this.#stream)}/tail${after}`
    const answer = await this.client.ask(path, { signal: this.#ended.signal })
    if (!answer) return
    let text = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const messages = text.split('\n\n')
      text = messages.pop()!
      for (const message of messages) if (message.startsWith('data:')) this.#take(JSON.parse(message.slice(5)))
    }
  }

  #take(message: TailMessage): void {
    if (message.type !== 'items' || !message.items) return
    this.#times.push(Date.now())
    for (const { event } of message.items) {
      const { id } = event as { id: string }
      if (this.seen.has(id)) this.twice += 1
      this.seen.add(id)
    }
    this.#cursor = message.head
  }

  longestSilence(from: number, to: number): number {
    const times = [from, ...this.#times.filter((time) => time > from && time < to), to]
    return Math.max(...times.slice(1).map((time, index) => time - times[index]!))
  }

  end(): void {
    this.#ended.abort()
  }
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
