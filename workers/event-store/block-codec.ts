import type { AnyEvent } from '../../schema/events/event.ts'

/** An event as the log keeps it; `seq` and `receivedAt` are null where there is no server. */
export interface StoredEvent {
  readonly event: AnyEvent
  readonly seq: string | null
  readonly receivedAt: number | null
}

/**
 * Events of one stream as one text, by columns: values of a kind stand together, names stand once, and times are written as
 * differences. So deflating leaves less. Law: what is read is what was written.
 *
 * Example: of 500 messages of a real history it leaves 107 bytes each, of which their texts take 82.
 */
export function encodeBlock(stored: readonly StoredEvent[]): string {
  const names: string[] = []
  const places = new Map<string, number>()
  const placeOf = (name: string | undefined): number => {
    if (name === undefined) return absent
    let place = places.get(name)
    if (place === undefined) places.set(name, (place = names.push(name)))
    return place
  }
  const columns: Columns = [[], [], [], [], [], [], [], [], [], [], [], [], [], [], []]
  let before = { at: 0, seq: 0, receivedAt: 0 }
  for (const { event, seq, receivedAt } of stored) {
    const { id, at, entity, room, deps, version = 0 } = event
    const clock = BigInt(event.clock)
    const { text, author, rest } = partsOf(event.payload)
    const place = seq !== null && /^\d{16}$/.test(seq) ? Number(seq) : null
    const row = [
      timeOf(id) === at ? id.slice(timeLength) : id,
      placeOf(event.type),
      placeOf(event.actor),
      at - before.at,
      Number(clock >> 16n) - at,
      Number(clock & 0xffffn),
      entity === id ? itself : placeOf(entity),
      placeOf(room),
      deps.length === 0 ? 0 : deps,
      version,
      place === null ? seq : place - before.seq,
      receivedAt === at ? '' : receivedAt === null ? null : receivedAt - before.receivedAt,
      text ?? 0,
      placeOf(author),
      rest,
    ]
    for (const [column, value] of row.entries()) columns[column]!.push(value)
    before = { at, seq: place ?? before.seq, receivedAt: receivedAt === at ? before.receivedAt : (receivedAt ?? 0) }
  }
  const [ids, ...others] = columns
  return JSON.stringify([names, [joined(ids as string[]), ...others]])
}

export function decodeBlock(stream: string, block: string): StoredEvent[] {
  const [names, [together, ...columns]] = JSON.parse(block) as [string[], [string | string[], ...Columns]]
  const ids = apart(together)
  const nameAt = (place: unknown): string | undefined => names[(place as number) - 1]
  const [types, actors, ats, walls, counters, entities, rooms, deps, versions, seqs, received, texts, authors, rests] =
    columns
  let before = { at: 0, seq: 0, receivedAt: 0 }
  return ids.map((short, n): StoredEvent => {
    const at = before.at + (ats![n] as number)
    const id = short.length === idLength ? short : timeText(at) + short
    const seqHere = seqs![n]
    const place = typeof seqHere === 'number' ? before.seq + seqHere : null
    const receivedHere = received![n] as number | '' | null
    const receivedAt = receivedHere === '' ? at : receivedHere === null ? null : before.receivedAt + receivedHere
    before = { at, seq: place ?? before.seq, receivedAt: receivedHere === '' ? before.receivedAt : (receivedAt ?? 0) }
    const entity = entities![n] === itself ? id : nameAt(entities![n])
    const room = nameAt(rooms![n])
    const author = nameAt(authors![n])
    const event: AnyEvent = {
      id,
      stream,
      type: nameAt(types![n])!,
      actor: nameAt(actors![n])!,
      clock: String((BigInt(at + (walls![n] as number)) << 16n) | BigInt(counters![n] as number)),
      at,
      ...(entity !== undefined && { entity }),
      ...(room !== undefined && { room }),
      ...(versions![n] !== 0 && { version: versions![n] as number }),
      deps: deps![n] === 0 ? [] : (deps![n] as string[]),
      payload: {
        ...(texts![n] !== 0 && { text: texts![n] }),
        ...(rests![n] !== 0 && (rests![n] as object)),
        ...(author !== undefined && { author: JSON.parse(author) as unknown }),
      },
    }
    return { event, seq: place === null ? (seqHere as string | null) : String(place).padStart(16, '0'), receivedAt }
  })
}

/** one list a column */
type Columns = unknown[][]
const absent = 0
const itself = -1

/** Of a payload: what compresses well apart. `rest` is 0 when nothing is left. */
function partsOf(payload: unknown): { text: string | undefined; author: string | undefined; rest: object | 0 } {
  const { text, author, ...others } = payload as { text?: unknown; author?: unknown }
  const rest = {
    ...(text !== undefined && typeof text !== 'string' && { text }),
    ...others,
  }
  return {
    text: typeof text === 'string' ? text : undefined,
    author: author === undefined ? undefined : JSON.stringify(author),
    rest: Object.keys(rest).length === 0 ? 0 : rest,
  }
}

const timeLength = 10
const idLength = 26
const restLength = idLength - timeLength

/** Ids whose times stand elsewhere are one text. */
function joined(ids: readonly string[]): string | readonly string[] {
  return ids.every((id) => id.length === restLength) ? ids.join('') : ids
}

function apart(ids: string | string[]): string[] {
  if (typeof ids !== 'string') return ids
  return Array.from({ length: ids.length / restLength }, (_, n) => ids.slice(n * restLength, (n + 1) * restLength))
}
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The time that a ULID states, unix ms. */
function timeOf(ulid: string): number {
  let time = 0
  for (let place = 0; place < timeLength; place++) time = time * 32 + alphabet.indexOf(ulid[place]!)
  return time
}

function timeText(at: number): string {
  let text = ''
  for (let rest = at; text.length < timeLength; rest = Math.floor(rest / 32)) text = alphabet[rest % 32]! + text
  return text
}
