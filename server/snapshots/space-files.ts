import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { validateEvent } from '../../schema/events/event.ts'
import { spaceOfStream } from '../../schema/events/streams.ts'
import type { StoredEvent } from '../../workers/event-store/block-codec.ts'
import { stripToSnapshot } from '../../workers/snapshot/make-snapshot.ts'
import { readSpaceFile, spaceIn } from '../../workers/snapshot/read-file.ts'
import { CannotStart } from '../cannot-start.ts'
import { takeDataFolder } from '../data-folder.ts'
import { openDirectory, type Directory } from '../directory.ts'
import type { Health } from '../health.ts'
import type { EventLog } from '../log/event-log.ts'
import { openSqliteEventLog } from '../log/sqlite-event-log.ts'
import { nodeSql } from '../read-model/node-sql.ts'
import { removeDatabase } from '../read-model/remove-database.ts'
import { openSpaceModel } from '../read-model/space-model.ts'
import { openPlainSqlite } from '../sqlite.ts'

/*
 * A space of a server that is stopped, as a file, and back: what an operator keeps, or carries to another server. All streams of the
 * space are in it, private rooms too.
 */

export interface Moved {
  readonly name: string
  readonly streams: number
  readonly events: number
  readonly leftOut: number
}

/** `which`: the space's id, or its name if no other has it. The file must not be there yet. */
export async function exportSpaceFile(data: string, which: string, file: string, health: Health): Promise<Moved> {
  if (existsSync(file)) throw new CannotStart(`${file} is there already.`)
  return withLog(data, health, async (log, directory) => {
    const space = spaceCalled(directory, which)
    const streams = (await log.streams()).filter((stream) => spaceOfStream(stream) === space.id)
    const draft = `${file}.draft`
    removeDatabase(draft)
    try {
      const sql = nodeSql(await openPlainSqlite(draft))
      const model = openSpaceModel(sql)!
      for (const stream of streams) {
        for (let after: string | null = null, upToDate = false; !upToDate;) {
          const page = await log.read(stream, after, 2000, 4 << 20)
          if (page.items.length > 0) model.apply(stream, page.items)
          after = page.items.at(-1)?.seq ?? after
          upToDate = page.upToDate || page.items.length === 0
        }
      }
      while (model.tidy());
      sql.exec('BEGIN')
      const made = stripToSnapshot(sql, streams, Date.now())
      sql.exec('COMMIT')
      sql.prepare('VACUUM INTO ?').run(file)
      const leftOut = model.setAside()
      model.close()
      const events = made.reduce((sum, stream) => sum + stream.events, 0)
      return { name: space.name, streams: streams.length, events, leftOut }
    } finally {
      removeDatabase(draft)
    }
  })
}

/** A space that the server has already is left alone. */
export async function importSpaceFile(data: string, file: string, health: Health): Promise<Moved> {
  if (!existsSync(file)) throw new CannotStart(`${file} is not there.`)
  const sql = nodeSql(await openPlainSqlite(file))
  try {
    const found = readSpaceFile(sql, 'main')
    if (found.type !== 'Space') throw new CannotStart(`${file} ${wordsFor[found.type]}`)
    const space = spaceIn(found.info.streams)
    return await withLog(data, health, async (log) => {
      for (const { stream } of found.info.streams) {
        if ((await log.head(stream)) !== null) throw new CannotStart(`The space ${space} is on this server already.`)
        if (!/^(?:space|room):/.test(stream) || spaceOfStream(stream) !== space) {
          throw new CannotStart(`${file} has ${stream}, which is no stream that a server keeps for this space.`)
        }
      }
      const counts = { events: 0, leftOut: 0 }
      let name = space
      for (const { stream } of found.info.streams) {
        const own: StoredEvent[] = []
        for (const piece of found.read(stream)) {
          own.push(...piece.events)
          counts.leftOut += piece.unreadable
        }
        const valid = own.toSorted(inOrder).filter(({ event }) => {
          const { type } = validateEvent(event)
          return type !== 'invalid' && event.stream === stream
        })
        counts.leftOut += own.length - valid.length
        for (let from = 0; from < valid.length; from += 1000) {
          const some = valid
            .slice(from, from + 1000)
            .map(({ event }) => ({ id: event.id, data: JSON.stringify(event) }))
          counts.events += (await log.append(stream, some)).filter(({ duplicate }) => !duplicate).length
        }
        const founding = valid.find(({ event }) => event.type === 'space.create')
        name = (founding?.event.payload as { name?: string } | undefined)?.name ?? name
      }
      return { name, streams: found.info.streams.length, ...counts }
    })
  } finally {
    sql.close()
  }
}

const wordsFor = {
  Foreign: 'is not a space that was exported.',
  Newer: 'was written by a newer version. Update this server first.',
  Damaged: 'is damaged: it cannot be read.',
}

/** As the server had them; behind them what it never had. */
const inOrder = (one: StoredEvent, other: StoredEvent): number =>
  compare(one.seq ?? '~', other.seq ?? '~') || compare(one.event.id, other.event.id)
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

async function withLog<T>(data: string, health: Health, work: (log: EventLog, directory: Directory) => Promise<T>) {
  const folder = await takeDataFolder(data)
  try {
    if (folder.readOnly) throw new CannotStart(`Nothing can be written in ${data}.`)
    const log = await openSqliteEventLog(join(data, 'events.db'), health)
    try {
      const directory = await openDirectory(join(data, 'directory.db'), log, health)
      try {
        return await work(log, directory)
      } finally {
        directory.close()
      }
    } finally {
      await log.close()
    }
  } finally {
    folder.release()
  }
}

function spaceCalled(directory: Directory, which: string) {
  const all = [...directory.spaces()]
  const [found, another] = all.filter(({ id, name }) => id === which || name === which)
  if (found && !another) return found
  const list = all.map(({ id, name }) => `  ${id}  ${name}`).join('\n')
  throw new CannotStart(`${found ? 'Several spaces are' : 'No space is'} called ${which}. These are there:\n${list}`)
}
