import { seededRandom, type Random } from '../../schema/demo/random.ts'
import { makeUlid } from '../../schema/demo/ulid.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import {
  privateRoomId,
  publicRoomOf,
  roomStream,
  spaceStream,
  streamOfRoom,
  streamOwner,
} from '../../schema/events/streams.ts'
import type { Identity } from '../../schema/messages/http.ts'
import { at, type Answer, type AnyClient, type Person } from './any-client.ts'

/** A space with one room, or a private room. */
export interface Space {
  /** the space's own stream; of a private room that one's */
  readonly structure: string
  /** what is in the room */
  readonly stream: string
  readonly room: string
  readonly founder: Person
}

/** People, their spaces, and what the server has acknowledged to them. */
export class World {
  readonly people: Person[] = []
  readonly spaces: Space[] = []
  /** by stream, the ids that were acknowledged, and what under them */
  readonly acknowledged = new Map<string, Map<string, string>>()
  readonly #client: AnyClient
  readonly #setup: Random
  #clock = BigInt(Date.now()) << 16n

  constructor(client: AnyClient, seed: number) {
    this.#client = client
    this.#setup = seededRandom(seed)
  }

  /** Six people and an importer, all of them in three spaces and in a private room of the first. */
  async populate(): Promise<void> {
    this.people.push(...(await Promise.all(['A', 'B', 'C', 'D', 'E', 'F'].map((name) => this.#client.signIn(name)))))
    this.people.push(await this.#client.signIn('Import', true))
    this.spaces.push(...(await Promise.all(this.people.slice(0, 3).map((one) => this.found(one, 'public')))))
    for (const { structure, founder } of this.spaces) {
      for (const one of this.people) if (one !== founder) await this.join(one, structure, one)
    }
    this.spaces.push(await this.openPrivate(this.spaces[0]!))
  }

  async found(by: Person, visibility: 'public' | 'invite'): Promise<Space> {
    const space = makeUlid(this.#setup, Date.now())
    const room = makeUlid(this.#setup, Date.now())
    const structure = spaceStream(space)
    const answer = await this.append(by, structure, [
      this.event(this.#setup, by, structure, 'space.create', { entity: space, payload: { name: 'Fuzz', visibility } }),
      this.event(this.#setup, by, structure, 'room.create', {
        entity: room,
        payload: { name: 'general', kind: 'room' },
      }),
    ])
    if (answer.status !== 200) throw new Error(`the space was answered ${answer.status}: ${answer.body}`)
    return { structure, stream: streamOfRoom(space, room), room, founder: by }
  }

  async openPrivate({ structure: ofSpace, founder: by }: Space): Promise<Space> {
    const room = privateRoomId(streamOwner(ofSpace), makeUlid(this.#setup, Date.now()))
    const stream = roomStream(room)
    const answer = await this.append(by, stream, [
      this.event(this.#setup, by, stream, 'room.create', { entity: room, payload: { name: 'Fuzz', kind: 'room' } }),
      ...this.people.map(({ actor, name }) =>
        this.event(this.#setup, by, stream, 'room.member', { entity: actor, payload: { name, active: true } }),
      ),
    ])
    if (answer.status !== 200) throw new Error(`the private room was answered ${answer.status}: ${answer.body}`)
    return { structure: stream, stream, room, founder: by }
  }

  join(by: Person, stream: string, { actor, name }: Person): Promise<Answer> {
    return this.append(by, stream, [
      this.event(this.#setup, by, stream, 'member.join', { entity: actor, payload: { name } }),
    ])
  }

  /** Sends events that are good; what is acknowledged is counted, and must be there at the end. */
  async append(by: Person, stream: string, events: readonly AnyEvent[]): Promise<Answer> {
    const answer = await this.#client.ask(
      'POST',
      at(stream, 'events'),
      { cookie: by.cookie },
      JSON.stringify({ events }),
    )
    if (answer.status === 200) this.keep(stream, events)
    return answer
  }

  keep(stream: string, events: readonly AnyEvent[]): void {
    const kept = this.acknowledged.get(stream) ?? new Map<string, string>()
    this.acknowledged.set(stream, kept)
    for (const one of events) kept.set(one.id, JSON.stringify(one))
  }

  event(random: Random, by: Identity, stream: string, type: string, rest: object): AnyEvent {
    return {
      id: makeUlid(random, Date.now()),
      type,
      stream,
      actor: by.actor,
      clock: String(++this.#clock),
      at: Date.now() - 1,
      deps: [],
      payload: {},
      ...rest,
    }
  }

  goodEvent(random: Random, by: Person, { stream, room }: Space): AnyEvent {
    const known = [...(this.acknowledged.get(stream)?.keys() ?? [])].slice(-50)
    const target = known.length > 0 ? random.pick(known) : makeUlid(random, Date.now())
    switch (random.between(known.length > 0 ? 0 : 6, 9)) {
      case 0:
        return this.event(random, by, stream, 'reaction.add', {
          entity: target,
          room,
          payload: { emoji: random.pick(['👍', '🎉']) },
        })
      case 1:
        return this.event(random, by, stream, 'pin.add', { entity: target, room })
      case 2: {
        const payload = { name: 'T', kind: 'thread', parentRoom: room, parentMessage: target }
        return this.event(random, by, stream, 'room.create', { entity: `thread-${target}`, payload })
      }
      case 3:
        return this.event(random, by, stream, 'message.edit', { entity: target, room, payload: { text: 'edited' } })
      case 4:
        return publicRoomOf(stream) === null
          ? this.event(random, by, stream, 'room.member', {
              entity: by.actor,
              payload: { name: by.name, active: true },
            })
          : this.event(random, by, stream, 'page.create', { room, payload: { title: 'Fuzz' } })
      case 5:
        return this.event(random, by, stream, 'future.thing', {
          room,
          payload: { any: ['thing', { of: 'it' }] },
          extra: 1,
        })
      default: {
        const said = this.event(random, by, stream, 'message.create', {
          room,
          payload: { text: `said ${random.next()}` },
        })
        return { ...said, entity: said.id }
      }
    }
  }
}
