import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KnownEvent } from '../../schema/events/event.ts'
import { spaceStream, streamOfRoom } from '../../schema/events/streams.ts'
import { derivedUlid } from '../../schema/import/derived-id.ts'
import { importHistory, type ImportOptions, type ImportReport } from './import-history.ts'
import { openSource } from './open-source.ts'
import { connectToServer, Refused, type ServerConnection } from './server-connection.ts'

/** A folder for a test's files, and the importer's session in it. */
export function importFolder() {
  const directory = mkdtempSync(join(tmpdir(), 'import-test-'))
  let files = 0
  const sessions = join(directory, 'sessions.json')
  return {
    directory,
    sessions,
    write(content: string | Uint8Array, name = `file-${++files}.ndjson`): string {
      const path = join(directory, name)
      writeFileSync(path, content)
      return path
    },
    connect: (origin: string): Promise<ServerConnection> => connectToServer(origin, sessions),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

export interface Outcome extends Omit<ImportReport, 'notes'> {
  readonly told: readonly (readonly [line: number, sentence: string])[]
  readonly notes: ReadonlyMap<string, { readonly count: number; readonly lines: readonly number[] }>
}

export async function importFile(
  server: ServerConnection,
  path: string,
  space: string,
  options: Partial<ImportOptions> = {},
): Promise<Outcome> {
  const told: [number, string][] = []
  const onRefused = (line: number, sentence: string) => void told.push([line, sentence])
  const source = await openSource([path])
  const report = await importHistory(server, source, {
    space,
    visibility: 'public',
    onProgress: () => {},
    onRefused,
    ...options,
  })
  const notes = [...report.notes].map(([note, { count, lines }]) => {
    return [note, { count, lines: lines.map(({ line }) => line) }] as const
  })
  return { ...report, told, notes: new Map(notes) }
}

export interface SpaceContent {
  /** "room / thread | sender | ISO time | text", as the room shows them */
  readonly messages: readonly string[]
  readonly rooms: readonly string[]
  readonly events: readonly KnownEvent[]
}

/** What the server has of a space, by the clocks of its events. */
export async function contentOf(server: ServerConnection, space: string): Promise<SpaceContent> {
  const events = await eventsOf(server, space)
  const rooms = new Map<string, { name: string; parent: string | undefined }>()
  for (const { type, entity, payload } of events) {
    if (type === 'room.create') rooms.set(entity!, { name: payload.name, parent: payload.parentRoom })
  }
  const placeOf = (room: string): string => {
    const { name, parent } = rooms.get(room)!
    return parent === undefined ? name : `${placeOf(parent)} / ${name}`
  }
  const messages = events.flatMap(({ type, at, room, payload }) =>
    type === 'message.create'
      ? [[placeOf(room!), payload.author?.name, new Date(at).toISOString(), payload.text].join(' | ')]
      : [],
  )
  const names = [...rooms.values()].filter(({ parent }) => parent === undefined).map(({ name }) => name)
  return { messages, rooms: names, events }
}

async function eventsOf(server: ServerConnection, space: string): Promise<KnownEvent[]> {
  const id = derivedUlid(0, 'import', space)
  const events = await eventsIn(server, spaceStream(id))
  const rooms = events.flatMap(({ type, entity, payload }) =>
    type === 'room.create' && payload.kind === 'room' ? [streamOfRoom(id, entity!)] : [],
  )
  for (const stream of rooms) events.push(...(await eventsIn(server, stream)))
  return events.sort((a, b) => Number(BigInt(a.clock) - BigInt(b.clock)) || (a.id < b.id ? -1 : 1))
}

async function eventsIn(server: ServerConnection, stream: string): Promise<KnownEvent[]> {
  const events: KnownEvent[] = []
  try {
    for (let after: string | null = null, more = true; more;) {
      const page = await server.read(stream, after)
      events.push(...page.items.map(({ event }) => event as KnownEvent))
      after = page.items.at(-1)?.seq ?? after
      more = !page.upToDate
    }
  } catch (error) {
    if (!(error instanceof Refused && error.fault.code === 'UNKNOWN_STREAM')) throw error
  }
  return events
}
