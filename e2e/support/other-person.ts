import { createHash } from 'node:crypto'
import { nextClock } from '../../schema/events/clock.ts'
import type { AnyEvent, EventOf } from '../../schema/events/event.ts'
import type { EventType } from '../../schema/events/event-types.ts'
import { spaceStream, streamOfRoom } from '../../schema/events/streams.ts'
import type {
  AppendResult,
  HttpFault,
  Identity,
  InvitationLink,
  InvitationSummary,
  SpaceList,
  SpaceSummary,
  StreamPage,
} from '../../schema/messages/http.ts'
import { ulid } from 'ulid'
import { eventually } from './eventually.ts'

export interface Answer<T> {
  readonly status: number
  readonly body: T & { readonly error?: HttpFault }
}

/** Someone on another device, who speaks to the server alone: writes, reads, and sees what a client would see. */
export class OtherPerson {
  readonly url: string
  readonly #cookie: string
  readonly actor: string
  readonly name: string
  #clock = 0n

  static async signIn(url: string, name: string): Promise<OtherPerson> {
    const response = await fetch(`${url}/api/guest`, {
      method: 'POST',
      headers: headers(url),
      body: JSON.stringify({ name }),
    })
    if (!response.ok) throw new Error(`guest sign-in answered ${response.status}: ${await response.text()}`)
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    return new OtherPerson(url, cookie, (await response.json()) as Identity)
  }

  private constructor(url: string, cookie: string, identity: Identity) {
    this.url = url
    this.#cookie = cookie
    this.actor = identity.actor
    this.name = identity.name
  }

  /** A whole event, of this person and of now. */
  event<T extends EventType>(
    type: T,
    stream: string,
    payload: EventOf<T>['payload'],
    place: { readonly entity?: string; readonly room?: string } = {},
  ): AnyEvent {
    const id = ulid()
    this.#clock = nextClock(this.#clock, Date.now())
    const entity = type === 'message.create' ? id : place.entity
    const clock = String(this.#clock)
    return {
      id,
      type,
      stream,
      actor: this.actor,
      clock,
      at: Date.now(),
      deps: [],
      payload,
      ...place,
      ...(entity && { entity }),
    }
  }

  /** Creates a public space with rooms of these names. `stream`: of what is in the first; `ofSpace`: the space's own. */
  async createSpace(
    name: string,
    rooms: readonly string[],
  ): Promise<{ ofSpace: string; space: string; stream: string; rooms: string[] }> {
    const space = ulid()
    const ofSpace = spaceStream(space)
    const made = rooms.map((room) => ({ room, entity: ulid() }))
    const answer = await this.append(ofSpace, [
      this.event('space.create', ofSpace, { name, visibility: 'public' }, { entity: space }),
      this.event('member.join', ofSpace, { name: this.name }, { entity: this.actor }),
      ...made.map(({ room, entity }) => this.event('room.create', ofSpace, { name: room, kind: 'room' }, { entity })),
    ])
    if (answer.status !== 200) throw new Error(`the space was refused: ${JSON.stringify(answer.body)}`)
    const ids = made.map(({ entity }) => entity)
    return { ofSpace, space, stream: streamOfRoom(space, ids[0]!), rooms: ids }
  }

  /** Until the server has taken somebody in: what they ask for before that, it refuses. */
  async untilJoined(ofSpace: string, name: string): Promise<void> {
    await eventually(async () => {
      const { items } = (await this.read(ofSpace)).body
      return items.some(
        ({ event: { type, payload } }) => type === 'member.join' && (payload as { name: string }).name === name,
      )
    }).toBe(true)
  }

  async say(stream: string, room: string, text: string): Promise<string> {
    const event = this.event('message.create', stream, { text }, { room })
    const answer = await this.append(stream, [event])
    if (answer.status !== 200) throw new Error(`the message was refused: ${JSON.stringify(answer.body)}`)
    return event.id
  }

  /** Many at once, in this order. */
  async sayAll(stream: string, room: string, texts: readonly string[]): Promise<string[]> {
    const events = texts.map((text) => this.event('message.create', stream, { text }, { room }))
    const answer = await this.append(stream, events)
    if (answer.status !== 200) throw new Error(`the messages were refused: ${JSON.stringify(answer.body)}`)
    return events.map(({ id }) => id)
  }

  append(stream: string, events: readonly unknown[]): Promise<Answer<AppendResult>> {
    return this.#ask(`/api/streams/${encodeURIComponent(stream)}/events`, JSON.stringify({ events }))
  }

  /** Brings a file, which a message may name then. */
  async putFile(bytes: Buffer): Promise<{ readonly status: number }> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return fetch(`${this.url}/api/blobs/${sha256}`, {
      method: 'PUT',
      body: new Uint8Array(bytes),
      headers: { origin: this.url, cookie: this.#cookie },
    })
  }

  read(stream: string, after?: string): Promise<Answer<StreamPage>> {
    const offset = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    return this.#ask(`/api/streams/${encodeURIComponent(stream)}/events?limit=1000${offset}`)
  }

  /** Whether the server has a snapshot of a space by now. */
  async hasSnapshot(stream: string): Promise<boolean> {
    const headers = { cookie: this.#cookie }
    const answer = await fetch(`${this.url}/api/streams/${encodeURIComponent(stream)}/snapshot`, {
      method: 'HEAD',
      headers,
    })
    return answer.status === 200
  }

  joinBy(link: InvitationLink): Promise<Answer<InvitationSummary>> {
    return this.#ask('/api/invitations/join', JSON.stringify(link))
  }

  async spaces(): Promise<readonly SpaceSummary[]> {
    return (await this.#ask<SpaceList>('/api/spaces')).body.spaces
  }

  /** Texts of all messages in the server's log, in its order. */
  async textsInLog(stream: string): Promise<string[]> {
    const { items } = (await this.read(stream)).body
    return items.flatMap(({ event }) =>
      event.type === 'message.create' ? [(event.payload as { text: string }).text] : [],
    )
  }

  async #ask<T>(path: string, body?: string): Promise<Answer<T>> {
    const init = body === undefined ? {} : { method: 'POST', body }
    const response = await fetch(this.url + path, {
      ...init,
      headers: { ...headers(this.url), cookie: this.#cookie },
    })
    return { status: response.status, body: (await response.json()) as Answer<T>['body'] }
  }
}

const headers = (origin: string): Record<string, string> => ({ 'content-type': 'application/json', origin })
