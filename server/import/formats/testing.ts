import { strToU8, zipSync } from 'fflate'
import type { KnownEvent } from '../../../schema/events/event.ts'
import { fakeConnection } from '../fake-connection.ts'
import type { ServerConnection } from '../server-connection.ts'
import { contentOf, importFile, type importFolder, type Outcome } from '../testing.ts'
import type { ImportOptions } from '../import-history.ts'

/** path → JSON, or what the file holds */
export type ExportFiles = Readonly<Record<string, unknown>>

export function zipOf(files: ExportFiles): Uint8Array {
  const entries = Object.entries(files).map(([path, content]) => {
    if (content instanceof Uint8Array) return [path, content] as const
    return [path, strToU8(typeof content === 'string' ? content : JSON.stringify(content))] as const
  })
  return zipSync(Object.fromEntries(entries))
}

/** What an import made of an export, as a person would tell it. */
export interface Told {
  /** "room / thread | sender | ISO time | text" */
  readonly messages: readonly string[]
  readonly rooms: readonly string[]
  /** "room / thread ← the text that it hangs on" */
  readonly threads: readonly string[]
  readonly people: readonly string[]
  /** "Ann 👍 text", "Ann edits text → new text", "Ann pins text", "Ann deletes text", "text ↩ text that it answers" */
  readonly changes: readonly string[]
  readonly left: Readonly<Record<string, number>>
  readonly cameOver: Readonly<Record<string, number>>
  readonly outcome: Outcome
  readonly events: readonly KnownEvent[]
}

/** Imports a zip of the files into a space of a server in memory. */
export async function importExport(
  folder: ReturnType<typeof importFolder>,
  files: ExportFiles,
  options: Partial<ImportOptions> & { readonly server?: ServerConnection } = {},
): Promise<Told> {
  const { server = fakeConnection(), ...rest } = options
  const outcome = await importFile(server, folder.write(zipOf(files), `export-${++exports}.zip`), 'Export', rest)
  const { events, messages, rooms } = await contentOf(server, 'Export')
  return {
    messages,
    rooms,
    threads: threadsOf(events),
    people: events.flatMap(({ type, payload }) => (type === 'member.join' ? [payload.name] : [])).sort(),
    changes: changesOf(events),
    left: Object.fromEntries(outcome.left),
    cameOver: Object.fromEntries(outcome.cameOver),
    outcome,
    events,
  }
}
let exports = 0

function threadsOf(events: readonly KnownEvent[]): string[] {
  const texts = textsOf(events)
  const names = new Map(events.flatMap((e) => (e.type === 'room.create' ? [[e.entity!, e.payload.name] as const] : [])))
  return events.flatMap(({ type, payload }) =>
    type === 'room.create' && payload.kind === 'thread'
      ? [`${names.get(payload.parentRoom!)} / ${payload.name} ← ${texts.get(payload.parentMessage!)}`]
      : [],
  )
}

function changesOf(events: readonly KnownEvent[]): string[] {
  const texts = textsOf(events)
  return events.flatMap(({ type, entity, payload }) => {
    const who = 'author' in payload ? payload.author?.name : undefined
    const text = texts.get(entity!)
    switch (type) {
      case 'reaction.add':
        return [`${who} ${payload.emoji} ${text}`]
      case 'message.edit':
        return [`${who} edits ${text} → ${payload.text}`]
      case 'pin.add':
        return [`${who} pins ${text}`]
      case 'message.delete':
        return [`${who} deletes ${text}`]
      case 'message.create':
        return payload.replyTo === undefined ? [] : [`${text} ↩ ${texts.get(payload.replyTo)}`]
      default:
        return []
    }
  })
}

const textsOf = (events: readonly KnownEvent[]): ReadonlyMap<string, string> =>
  new Map(events.flatMap((e) => (e.type === 'message.create' ? [[e.id, e.payload.text] as const] : [])))
