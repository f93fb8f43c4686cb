import { createHash } from 'node:crypto'
import { seededRandom, type Random } from '../../schema/demo/random.ts'
import { makeUlid } from '../../schema/demo/ulid.ts'
import { versionOf, type AnyEvent } from '../../schema/events/event.ts'
import {
  directRoomId,
  privateRoomId,
  roomStream,
  spaceStream,
  streamOfRoom,
  streamOwner,
} from '../../schema/events/streams.ts'
import { givenRoles, invitedRoles, type GivenRole } from '../../schema/rights/roles.ts'
import { startInProcess, type FakeResponse, type InProcess } from './in-process.ts'
import {
  isAtLeast,
  isRoom,
  mayGive,
  mayLeave,
  mayModerate,
  maySendIn,
  reads,
  roleIn,
  writes,
  type ModelInvitation,
  type ModelRoom,
  type ModelSpace,
  type ModelStream,
} from './model.ts'

/**
 * Random membership histories against the model: spaces, public and private rooms, direct messages, joins, removals, roles, races,
 * invitations, mutes and bans. Law:
 * no event reaches who may not read it, by any channel, and every event reaches who may; nobody writes who may not.
 *
 * Channels: pages from an offset, newest pages, outlines, the tail of one stream, the tail of all streams, the lists of
 * streams and of spaces, files that messages name, and what an append answers.
 */
export interface Report {
  readonly histories: number
  readonly events: number
  readonly refused: number
  readonly looks: number
}

export async function runHistories(options: {
  readonly histories: number
  readonly seed: number
  readonly onProgress?: (done: number) => void
}): Promise<Report> {
  const total = { histories: 0, events: 0, refused: 0, looks: 0 }
  let server: InProcess | null = null
  for (let n = 0; n < options.histories; n++) {
    // people are in ever more streams: a new server now and then
    if (n % historiesPerServer === 0) {
      await server?.close()
      server = await startInProcess()
    }
    const seed = options.seed + n
    const history = new History(server!, seed)
    try {
      await history.run()
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
    total.histories++
    total.events += history.events
    total.refused += history.refused
    total.looks += history.looks
    options.onProgress?.(n + 1)
  }
  await server?.close()
  return total
}

const historiesPerServer = 50
/** of “hello”, which everybody has brought */
const fileHash = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
const steps = 24
const ways = ['events?limit=5000', 'latest?limit=500', 'outline', 'latest?room=r&names']

interface Person {
  readonly actor: string
  readonly name: string
  readonly cookie: string
}
interface Tail {
  readonly person: Person
  readonly response: FakeResponse
  /** of one stream alone; null: of all */
  readonly stream: string | null
  seen: number
}

const nothingYet = () => ({
  guests: new Set<string>(),
  banned: new Set<string>(),
  muted: new Set<string>(),
  invitations: [] as ModelInvitation[],
})

class History {
  events = 0
  refused = 0
  looks = 0
  readonly #server: InProcess
  readonly #random: Random
  #people: readonly Person[] = []
  readonly #streams: ModelStream[] = []
  /** ids of what is in each stream */
  readonly #log = new Map<string, string[]>()
  /** ids of messages that were sent; each names the one file */
  readonly #messages = new Set<string>()
  readonly #tails: Tail[] = []
  #clock = BigInt(Date.now() - 60_000) << 16n

  constructor(server: InProcess, seed: number) {
    this.#server = server
    this.#random = seededRandom(seed)
  }

  async run(): Promise<void> {
    for (const name of ['Ada', 'Bob', 'Cy', 'Dee', 'Eve']) {
      this.#people = [...this.#people, await this.#server.signIn(name)]
    }
    await this.#found()
    for (let step = 0; step < steps; step++) {
      await this.#act()
      if (this.#random.chance(0.25)) await this.#openTail()
      await this.#look(this.#random.pick(this.#people), this.#random.pick(this.#streams), this.#random.pick(ways))
      await this.#lookAtFile(this.#random.pick(this.#people), this.#random.pick(this.#streams))
    }
    for (const person of this.#people) {
      for (const stream of this.#streams) await this.#look(person, stream, this.#random.pick(ways))
      await this.#lookAtLists(person)
    }
    for (const { response } of this.#tails) response.hangUp()
  }

  #event(by: Person, stream: string, type: string, rest: Partial<AnyEvent>): AnyEvent {
    const id = makeUlid(this.#random, Date.now())
    this.#clock += 1n
    const clock = String(this.#clock)
    const at = Date.now() - 60_000
    return { id, type, ...versionOf(type), stream, actor: by.actor, clock, at, deps: [], payload: {}, ...rest }
  }

  async #found(): Promise<void> {
    const by = this.#random.pick(this.#people)
    const id = makeUlid(this.#random, Date.now())
    const stream = spaceStream(id)
    const isPublic = this.#random.chance(0.5)
    const payload = { name: 'S', visibility: isPublic ? 'public' : 'invite' }
    const space: ModelSpace = { stream, public: isPublic, roles: new Map(), removed: new Set(), ...nothingYet() }
    this.#streams.push(space)
    await this.#append(by, [this.#event(by, stream, 'space.create', { entity: id, payload })], true, () =>
      space.roles.set(by.actor, 'owner'),
    )
    if (this.#random.chance(0.8)) await this.#makePublic(space, by)
  }

  async #act(): Promise<void> {
    const random = this.#random
    const stream = random.pick(this.#streams)
    const inside = this.#people.filter((person) => reads(stream, person.actor))
    const by = random.pick(inside.length > 0 && random.chance(0.6) ? inside : this.#people)
    const space = isRoom(stream) ? stream.space : stream
    const other = random.pick(this.#people)
    switch (random.between(0, 15)) {
      case 0:
        return this.#join(space, by, random.chance(0.6) ? by : other)
      case 1:
        return this.#leave(space, by, random.chance(0.4) ? by : other)
      case 2:
        return this.#give(space, by, other, random.pick(givenRoles))
      case 3:
        if (random.chance(0.4)) return this.#makePublic(space, by)
        return random.chance(0.5) ? this.#makePrivate(space, by) : this.#makeDirect(space, by, other)
      case 4:
      case 5:
        return isRoom(stream) ? this.#change(stream, by, other, random.chance(0.6)) : this.#join(space, by, by)
      case 12:
        return random.chance(0.5) ? this.#mute(space, by, other) : this.#ban(space, by, other)
      case 13:
        return this.#invite(space, by)
      case 14:
        return random.chance(0.2) ? this.#revoke(space, by) : this.#joinBy(space, by)
      case 6:
        return this.#race(stream, by, other)
      case 7:
        return random.chance(0.1) ? this.#found() : this.#react(stream, by)
      default:
        return this.#say(random.chance(0.8) ? this.#within(stream) : stream, by)
    }
  }

  /** Of a space one of its public rooms, if it has any. */
  #within(stream: ModelStream): ModelStream {
    const rooms = this.#streams.filter((each) => isRoom(each) && each.kind === 'public' && each.space === stream)
    return rooms.length > 0 ? this.#random.pick(rooms) : stream
  }

  #join(space: ModelSpace, by: Person, who: Person): Promise<void> {
    const there = space.roles.has(by.actor)
    const out = space.removed.has(who.actor) || space.banned.has(who.actor)
    const bySelf = by === who && !there && space.public && !out
    const asAdmin = isAtLeast(space.roles.get(by.actor) ?? null, 'admin') && !space.banned.has(who.actor)
    const allowed = bySelf || (there && writes(space, by.actor) && (by === who || asAdmin))
    const event = this.#event(by, space.stream, 'member.join', { entity: who.actor, payload: { name: who.name } })
    return this.#append(by, [event], allowed, () => {
      space.removed.delete(who.actor)
      const role = space.guests.has(who.actor) ? 'guest' : 'member'
      space.roles.set(who.actor, space.roles.get(who.actor) ?? role)
    })
  }

  #leave(space: ModelSpace, by: Person, who: Person): Promise<void> {
    const event = this.#event(by, space.stream, 'member.leave', { entity: who.actor })
    return this.#append(by, [event], mayLeave(space, by.actor, who.actor), () => {
      const role = space.roles.get(who.actor)
      const known = role !== undefined || space.removed.has(who.actor) || this.#everIn(space, who)
      if (known && by !== who) space.removed.add(who.actor)
      if (role === 'guest') space.guests.add(who.actor)
      else if (role) space.guests.delete(who.actor)
      space.roles.delete(who.actor)
    })
  }

  #mute(space: ModelSpace, by: Person, who: Person): Promise<void> {
    const ends = this.#random.chance(0.5)
    const until = ends ? 0 : Date.now() + 3_600_000
    const event = this.#event(by, space.stream, 'member.mute', { entity: who.actor, payload: { until } })
    const allowed = space.roles.has(who.actor) && mayModerate(space, by.actor, who.actor)
    return this.#append(by, [event], allowed, () => (ends ? space.muted.delete(who.actor) : space.muted.add(who.actor)))
  }

  #ban(space: ModelSpace, by: Person, who: Person): Promise<void> {
    const banned = this.#random.chance(0.6)
    const event = this.#event(by, space.stream, 'member.ban', { entity: who.actor, payload: { banned } })
    const known = space.roles.has(who.actor) || this.#everIn(space, who)
    return this.#append(by, [event], known && mayModerate(space, by.actor, who.actor), () => {
      if (!banned) return space.banned.delete(who.actor)
      if (space.roles.get(who.actor) === 'guest') space.guests.add(who.actor)
      else if (space.roles.has(who.actor)) space.guests.delete(who.actor)
      space.roles.delete(who.actor)
      space.removed.add(who.actor)
      return space.banned.add(who.actor)
    })
  }

  #invite(space: ModelSpace, by: Person): Promise<void> {
    const role = this.#random.pick(invitedRoles)
    const id = makeUlid(this.#random, Date.now())
    const secret = `secret of ${id}`
    const state = this.#random.chance(0.1) ? ('expired' as const) : ('open' as const)
    const uses = this.#random.between(1, 2)
    const expiresAt = state === 'open' ? Date.now() + 3_600_000 : 1
    const payload = { role, hash: createHash('sha256').update(secret).digest('hex'), expiresAt, uses }
    const event = this.#event(by, space.stream, 'invite.create', { entity: id, payload })
    const allowed = writes(space, by.actor) && isAtLeast(space.roles.get(by.actor)!, 'admin')
    const made = { id, secret, maker: by.actor, role, left: uses, state }
    return this.#append(by, [event], allowed, () => space.invitations.push(made))
  }

  #revoke(space: ModelSpace, by: Person): Promise<void> {
    if (space.invitations.length === 0) return Promise.resolve()
    const invitation = this.#random.pick(space.invitations)
    const event = this.#event(by, space.stream, 'invite.revoke', { entity: invitation.id })
    const allowed = writes(space, by.actor) && isAtLeast(space.roles.get(by.actor)!, 'admin')
    return this.#append(by, [event], allowed, () => (invitation.state = 'revoked'))
  }

  /** By the link, now and then with a secret that is none. The server words the event. */
  async #joinBy(space: ModelSpace, by: Person): Promise<void> {
    if (space.invitations.length === 0) return
    const invitation = this.#random.pick(space.invitations)
    const guessed = this.#random.chance(0.2)
    const there = space.roles.has(by.actor)
    const allowed = !guessed && (there || (!space.banned.has(by.actor) && maySendIn(space, invitation)))
    const link = {
      space: streamOwner(space.stream),
      invitation: invitation.id,
      secret: guessed ? 'guessed' : invitation.secret,
    }
    const answer = await this.#server.ask(by.cookie, '/api/invitations/join', link)
    if (answer.status === 429) throw new Error('too many invitations for the limits of the test')
    if ((answer.status === 200) !== allowed) {
      const words = `${by.name} was answered ${answer.status} for ${JSON.stringify(invitation)}: ${answer.text}`
      throw new Error(words)
    }
    if (!allowed) return void this.refused++
    if (there) return
    this.events++
    invitation.left--
    space.removed.delete(by.actor)
    space.roles.set(by.actor, space.guests.has(by.actor) ? 'guest' : invitation.role)
    this.#noteWhoIsIn()
    this.#hear()
  }

  readonly #wereIn = new Map<ModelSpace, Set<string>>()
  #everIn(space: ModelSpace, who: Person): boolean {
    return this.#wereIn.get(space)?.has(who.actor) === true
  }

  #give(space: ModelSpace, by: Person, who: Person, role: GivenRole): Promise<void> {
    const event = this.#event(by, space.stream, 'member.role', { entity: who.actor, payload: { role } })
    return this.#append(by, [event], mayGive(space, by.actor, who.actor, role), () => space.roles.set(who.actor, role))
  }

  /** It is made in the space's stream, and what is in it lies in its own. */
  #makePublic(space: ModelSpace, by: Person): Promise<void> {
    const id = makeUlid(this.#random, Date.now())
    const stream = streamOfRoom(streamOwner(space.stream), id)
    const allowed = writes(space, by.actor) && isAtLeast(space.roles.get(by.actor)!, 'member')
    const made = this.#event(by, space.stream, 'room.create', { entity: id, payload: { name: 'R', kind: 'room' } })
    return this.#append(by, [made], allowed, () =>
      this.#streams.push({ stream, space, kind: 'public', maker: by.actor, people: new Set() }),
    )
  }

  #makePrivate(space: ModelSpace, by: Person): Promise<void> {
    const id = privateRoomId(streamOwner(space.stream), makeUlid(this.#random, Date.now()))
    const room: ModelRoom = {
      stream: roomStream(id),
      space,
      kind: 'private',
      maker: by.actor,
      people: new Set<string>(),
    }
    return this.#make(room, id, by, [by.actor])
  }

  #makeDirect(space: ModelSpace, by: Person, other: Person): Promise<void> {
    const people = [...new Set([by.actor, other.actor])]
    if (people.length < 2) return Promise.resolve()
    const id = directRoomId(streamOwner(space.stream), people)
    if (this.#streams.some(({ stream }) => stream === roomStream(id))) return Promise.resolve()
    const room: ModelRoom = {
      stream: roomStream(id),
      space,
      kind: 'direct',
      maker: by.actor,
      people: new Set<string>(),
    }
    return this.#make(room, id, by, people)
  }

  #make(room: ModelRoom, id: string, by: Person, people: readonly string[]): Promise<void> {
    const allowed =
      writes(room.space, by.actor) &&
      isAtLeast(room.space.roles.get(by.actor)!, 'member') &&
      people.every((one) => room.space.roles.has(one))
    const payload = { name: 'R', kind: room.kind === 'direct' ? 'direct' : 'room' }
    return this.#append(by, [this.#event(by, room.stream, 'room.create', { entity: id, payload })], allowed, () => {
      for (const one of people) room.people.add(one)
      this.#streams.push(room)
    })
  }

  #change(room: ModelRoom, by: Person, who: Person, active: boolean): Promise<void> {
    const role = roleIn(room, by.actor)
    const isKeeper = isAtLeast(role, 'admin') || (role !== null && room.maker === by.actor)
    const adds = by === who || (isAtLeast(role, 'member') && room.space.roles.has(who.actor))
    const inPrivate = role !== null && (active ? adds : by === who || isKeeper)
    const inDirect = role !== null && active && room.people.has(who.actor)
    const allowed = writes(room, by.actor) && { public: false, private: inPrivate, direct: inDirect }[room.kind]
    const payload = { name: who.name, active }
    return this.#append(
      by,
      [this.#event(by, room.stream, 'room.member', { entity: who.actor, payload })],
      allowed,
      () => (active ? room.people.add(who.actor) : room.people.delete(who.actor)),
    )
  }

  #message(stream: ModelStream, by: Person): AnyEvent {
    const files = [{ sha256: fileHash, name: 'x', type: 'text/plain', size: 5 }]
    const event = this.#event(by, stream.stream, 'message.create', {
      room: 'r',
      version: 2,
      payload: { text: 'x', files },
    })
    this.#messages.add(event.id)
    return event
  }
  #say(stream: ModelStream, by: Person): Promise<void> {
    const allowed = isRoom(stream) && writes(stream, by.actor) && isAtLeast(roleIn(stream, by.actor), 'member')
    return this.#append(by, [this.#message(stream, by)], allowed, () => {})
  }
  #react(stream: ModelStream, by: Person): Promise<void> {
    const event = this.#event(by, stream.stream, 'reaction.add', { entity: 'm', payload: { emoji: '👍' } })
    return this.#append(by, [event], isRoom(stream) && writes(stream, by.actor), () => {})
  }

  /** Somebody is put out while they write and read: after the event that puts them out there is nothing of theirs. */
  async #race(stream: ModelStream, by: Person, who: Person): Promise<void> {
    if (by === who) return
    if (!isRoom(stream) || stream.kind === 'public') return this.#raceInPublic(stream, by, who)
    const putOut = this.#change(stream, by, who, false)
    const said = [this.#message(stream, who), this.#message(stream, who)]
    const answers = await Promise.all([
      ...said.map((event) => this.#ask(who, stream.stream, [event])),
      putOut.then(() => null),
    ])
    for (const [n, answer] of answers.slice(0, said.length).entries()) {
      if (answer?.status === 200) this.#took(stream.stream, said[n]!.id)
    }
    this.#hear()
    if (reads(stream, who.actor)) return
    const reader = this.#people.find((person) => reads(stream, person.actor))
    if (!reader) return
    const page = await this.#server.ask(
      reader.cookie,
      `/api/streams/${encodeURIComponent(stream.stream)}/events?limit=5000`,
    )
    const items = (JSON.parse(page.text) as { items: { event: AnyEvent }[] }).items.map(({ event }) => event)
    const out = items.findLastIndex(
      ({ type, entity, payload }) =>
        entity === who.actor && type === 'room.member' && !(payload as { active: boolean }).active,
    )
    const late = items.slice(out + 1).filter(({ actor }) => actor === who.actor)
    if (out >= 0 && late.length > 0) throw new Error(`${who.name} wrote into ${stream.stream} after they were put out`)
  }

  /** Two streams have no common order: but once the one that puts them out is answered, the other takes nothing of theirs. */
  async #raceInPublic(stream: ModelStream, by: Person, who: Person): Promise<void> {
    const space = isRoom(stream) ? stream.space : stream
    const room = this.#within(stream)
    const said = this.#message(room, who)
    const [answer] = await Promise.all([this.#ask(who, room.stream, [said]), this.#leave(space, by, who)])
    if (answer.status === 200) this.#took(room.stream, said.id)
    this.#hear()
    await this.#say(room, who)
  }

  #ask(by: Person, stream: string, events: readonly AnyEvent[]) {
    return this.#server.ask(by.cookie, `/api/streams/${encodeURIComponent(stream)}/events`, { events })
  }

  #took(stream: string, id: string): void {
    this.events++
    this.#log.set(stream, [...(this.#log.get(stream) ?? []), id])
  }

  async #append(by: Person, events: readonly AnyEvent[], allowed: boolean, take: () => unknown): Promise<void> {
    const { stream } = events[0]!
    const answer = await this.#ask(by, stream, events)
    if ((answer.status === 200) !== allowed) {
      const words = `${by.name}: ${JSON.stringify(events)} was answered ${answer.status}, and is ${allowed ? '' : 'not '}allowed: ${answer.text}`
      throw new Error(words)
    }
    if (!allowed) {
      this.refused++
      const known = this.#log.get(stream)?.find((id) => answer.text.includes(id))
      if (known !== undefined) throw new Error(`${by.name} learnt of ${known} by being refused`)
      return
    }
    take()
    this.#noteWhoIsIn()
    for (const { id } of events) this.#took(stream, id)
    this.#hear()
  }

  #noteWhoIsIn(): void {
    for (const space of this.#streams) {
      if (isRoom(space)) continue
      const were = this.#wereIn.get(space) ?? new Set()
      this.#wereIn.set(space, were)
      for (const person of space.roles.keys()) were.add(person)
    }
  }

  async #openTail(): Promise<void> {
    const person = this.#random.pick(this.#people)
    const stream = this.#random.chance(0.5) ? null : this.#random.pick(this.#streams)
    const path = stream === null ? '/api/tail' : `/api/streams/${encodeURIComponent(stream.stream)}/tail`
    const response = await this.#server.tail(person.cookie, path)
    const allowed = stream === null || reads(stream, person.actor)
    if (!allowed && response.text !== '') throw new Error(`${person.name} has a tail of ${stream.stream}`)
    if (allowed) this.#tails.push({ person, response, stream: stream?.stream ?? null, seen: 0 })
    if (stream === null) {
      const { heads, gone } = JSON.parse(response.text.slice('data:'.length).split('\n')[0]!) as {
        heads: { stream: string }[]
        gone: string[]
      }
      for (const each of this.#streams) {
        const listed = heads.some((head) => head.stream === each.stream)
        if (listed !== reads(each, person.actor)) throw new Error(`${person.name}: ${each.stream} is listed: ${listed}`)
        if (listed && gone.includes(each.stream)) throw new Error(`${each.stream} is there and gone for ${person.name}`)
      }
    }
  }

  /** What the tails have said since, which is all of a time when the model was as it is now. */
  #hear(): void {
    for (const tail of this.#tails) {
      const news = tail.response.text.slice(tail.seen)
      tail.seen = tail.response.text.length
      for (const stream of this.#streams) {
        if (reads(stream, tail.person.actor)) continue
        const heard = this.#log
          .get(stream.stream)
          ?.slice(-3)
          .find((id) => news.includes(`"id":"${id}"`))
        if (heard !== undefined && tail.stream === null) {
          throw new Error(`${tail.person.name} heard ${heard} of ${stream.stream}`)
        }
        if (tail.stream === stream.stream && !tail.response.ended) {
          throw new Error(`the tail of ${stream.stream} goes on for ${tail.person.name}`)
        }
      }
    }
  }

  async #look(person: Person, stream: ModelStream, way: string): Promise<void> {
    this.looks++
    const allowed = reads(stream, person.actor)
    const ids = this.#log.get(stream.stream) ?? []
    const path = `/api/streams/${encodeURIComponent(stream.stream)}/${way}`
    const { status, text } = await this.#server.ask(person.cookie, path)
    const seen = ids.filter((id) => text.includes(id))
    if (allowed ? status !== 200 : status < 400 || seen.length > 0) {
      throw new Error(
        `${person.name} was answered ${status} for ${way} of ${stream.stream}, with ${seen.length} events`,
      )
    }
    if (allowed && way.startsWith('events') && seen.length !== ids.length) {
      throw new Error(`${person.name} misses ${ids.length - seen.length} events of ${stream.stream}`)
    }
  }

  async #lookAtFile(person: Person, stream: ModelStream): Promise<void> {
    this.looks++
    const ids = this.#log.get(stream.stream) ?? []
    const message = ids.length > 0 ? this.#random.pick(ids) : 'none'
    const query = new URLSearchParams({ stream: stream.stream, message })
    const { status, text } = await this.#server.ask(person.cookie, `/api/blobs/${fileHash}?${query}`)
    const expected = reads(stream, person.actor)
      ? this.#messages.has(message)
        ? status === 200
        : status === 404
      : status >= 400
    if (!expected || (text === 'hello') !== (status === 200)) {
      throw new Error(`${person.name} was answered ${status} for the file of ${message} in ${stream.stream}`)
    }
  }

  async #lookAtLists(person: Person): Promise<void> {
    this.looks++
    const { text } = await this.#server.ask(person.cookie, '/api/spaces')
    for (const stream of this.#streams) {
      const listed = text.includes(`"${stream.stream}"`)
      const allowed = !isRoom(stream) && (stream.public || reads(stream, person.actor))
      if (listed && !allowed) throw new Error(`${person.name} finds ${stream.stream} in the list of spaces`)
      if (!listed && !isRoom(stream) && reads(stream, person.actor)) throw new Error(`${stream.stream} is not listed`)
    }
  }
}
