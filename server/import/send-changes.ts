import { changeId, clockAfter, eventsOfChangeAt, type Change, type HistoryImport } from '../../schema/import/history.ts'
import type { SourceChange } from '../../schema/import/records.ts'
import { spaceStream, streamOfRoom } from '../../schema/events/streams.ts'
import { createSender } from './batch-sender.ts'
import type { MessagePlaces } from './resolve-message.ts'
import type { ServerConnection } from './server-connection.ts'
import type { SpaceSoFar } from './space-so-far.ts'
import type { Spool } from './spool.ts'

/** What was said of messages later, in order of time → the server, when the messages are there. */
export type ChangeCounts = Readonly<Record<SourceChange['kind'], { imported: number; known: number }>>

export async function sendChanges(
  server: ServerConnection,
  space: SpaceSoFar,
  spool: Spool,
  placeOf: MessagePlaces,
  history: HistoryImport,
): Promise<ChangeCounts> {
  const none = () => ({ imported: 0, known: 0 })
  const counts: ChangeCounts = { edit: none(), reaction: none(), pin: none(), delete: none() }
  interface Placed {
    readonly change: Change
    readonly clock: bigint
  }
  const sender = createSender<Placed>(server, {
    structure: spaceStream(history.space),
    space: history.name,
    streamOf: ({ change }) => streamOfRoom(history.space, change.room),
    charsOf: ({ change }) => change.value.length,
    eventsOf({ change, clock }) {
      const events = eventsOfChangeAt(change, clock, space.has, history)
      for (const { type, entity } of events) if (type === 'member.join') space.add(entity!, null)
      return events
    },
    undo(events) {
      for (const { type, entity } of events) if (type === 'member.join') space.remove(entity!)
    },
    onSent: ({ change }, there) => void (counts[change.kind][there ? 'known' : 'imported'] += 1),
    onRefused: ({ change }) => spool.countLeft(`${inWords[change.kind]} that the server does not take`),
  })
  /** the last edit of each message, which the next one has seen */
  const lastEdits = new Map<string, string>()
  let clock = 0n
  for (const page of spool.changes(500, server.now())) {
    for (const { kind, target, person, ms, value } of page) {
      const place = placeOf(target)
      if (place === null) continue
      clock = clockAfter(clock, ms)
      const last = kind === 'edit' ? lastEdits.get(target) : undefined
      const change: Change = {
        kind,
        ...place,
        person: person === null ? null : { key: person, name: spool.nameOf('person', person).name },
        ms,
        value,
        replaces: last === undefined ? [] : [last],
      }
      const id = changeId(change, history.space)
      if (kind === 'edit') lastEdits.set(target, id)
      if (space.hasChange(id)) counts[kind].known += 1
      else {
        space.addChange(id)
        await sender.push({ change, clock })
      }
    }
  }
  await sender.end()
  return counts
}

const inWords: Readonly<Record<SourceChange['kind'], string>> = {
  edit: 'edits',
  reaction: 'reactions',
  pin: 'pins',
  delete: 'deletions',
}
