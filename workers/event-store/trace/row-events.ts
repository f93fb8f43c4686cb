import {
  levelField,
  muteField,
  readMarkerField,
  readPinField,
  readReactionField,
  readRoomCreate,
  readSpaceCreate,
} from '../../../schema/events/facts.ts'
import { homeStream, publicRoomOf, streamKind, streamOfRoom, streamOwner } from '../../../schema/events/streams.ts'
import { refKey, type EventRef, type RowRef } from '../../../schema/messages/trace.ts'
import { factsOf, type KnownEvent } from '../../../schema/events/event.ts'
import { factTable, type Fact } from '../../../schema/projections/fact.ts'
import { namesOf } from '../../../schema/projections/names.ts'
import type { SqlValue } from '../../../schema/live.ts'
import type { Store } from '../store.ts'

/**
 * Which events have a part in a row, and which rows an event has a part in: the two directions of one relation. Law: if a row would be
 * another, or not be, had an event never come, then the event is among the row's events, and the row among the event's rows. (Both may
 * name more: an edit that a later one outdid has had its part.)
 *
 * They are read from the facts, which name their events, and from what the folds of schema/projections/ read for each kind of row.
 */
export type Parts<Ref> = Map<string, { readonly ref: Ref; readonly part: string }>

export interface Lineage {
  eventsOf(row: RowRef): Parts<EventRef>
  rowsOf(event: KnownEvent): Parts<RowRef>
}

/** `most`: so many messages are looked at where all of a room, a thread or a person count. */
export function lineage(store: Store, most = -1): Lineage {
  const { sql } = store
  const facts = factTable(sql, namesOf(sql))
  const column = (text: string, ...values: SqlValue[]) =>
    sql
      .prepare(text)
      .rows(...values)
      .map(([value]) => value as string)
  const known = (stream: string) => column('SELECT 1 FROM streams WHERE name = ?', stream).length > 0
  const factsAbout = (stream: string, entity: string): readonly Fact[] =>
    known(stream) ? facts.ofEntity(stream, entity) : []

  const messagesIn = (stream: string, timeline: string) => column(inTimeline, stream, timeline, most)
  const timelineOf = (stream: string, message: string) => column(timelineOfMessage, stream, message)[0] ?? null
  const parentOf = (stream: string, thread: string) => column(parentOfThread, stream, thread)[0] ?? null
  const threadsOn = (stream: string, message: string) =>
    new Set(factsAbout(stream, message).flatMap(({ field, value }) => (field === 'message.thread' ? [value!] : [])))

  function eventsOf({ table, stream, id, of }: RowRef): Parts<EventRef> {
    const found: Parts<EventRef> = new Map()
    const add = (event: string, part: string, within = stream) => {
      const key = `${within} ${event}`
      if (!found.has(key)) found.set(key, { ref: { stream: within, id: event }, part })
    }
    const addFacts = (entity: string, wanted: (fact: Fact) => string | null, within = stream) => {
      for (const fact of factsAbout(within, entity)) {
        const part = wanted(fact)
        if (part !== null) add(fact.eventId, part, within)
      }
    }
    const addCount = (timeline: string) => {
      for (const message of messagesIn(stream, timeline)) {
        add(message, 'a message that is counted')
        addFacts(message, ({ field }) => (isDeletion(field) ? 'deletes a message, or takes that back' : null))
      }
    }
    switch (table) {
      case 'timeline_items': {
        const [author] = column(authorOfMessage, stream, id)
        if (author !== undefined) add(id, 'wrote the message')
        addFacts(id, ({ field }) => (field.startsWith('message.') ? messageParts(field) : null))
        if (author !== undefined)
          addFacts(author, ({ field }) => (isName(field) ? 'names its author' : null), homeStream(stream))
        for (const thread of threadsOn(stream, id)) {
          addFacts(thread, ({ field }) => (field === 'room.create' ? 'opens a thread on it' : null))
          addCount(thread)
        }
        break
      }
      case 'timelines':
        addCount(id)
        break
      case 'reactions':
        add(id, 'wrote the message')
        addFacts(id, ({ field }) => {
          const reaction = readReactionField(field)
          return reaction && JSON.stringify(reaction) === of ? 'reacts, or takes that back' : null
        })
        break
      case 'pins':
        add(id, 'wrote the message')
        addFacts(id, ({ field }) => (readPinField(field) === of ? 'pins, or takes that back' : null))
        break
      case 'rooms':
        addFacts(id, ({ field }) => (field.startsWith('room.') ? 'says what the room is' : null), toldIn(stream, id))
        break
      case 'memberships': {
        addFacts(id, ({ field }) => (field.startsWith('member.') ? 'says what the person is here' : null))
        const founders = foundersOf(stream)
        if (founders.some(({ founder }) => founder === id))
          for (const { event } of founders) add(event, 'founds the space')
        break
      }
      case 'spaces':
        addFacts(id, ({ field }) => (field.startsWith('space.') ? 'says what the space is' : null))
        break
      case 'component_doc':
        addFacts(id, ({ field }) => (field.startsWith('page.') ? 'says what the page is' : null))
        for (const update of column(updatesOfPage, stream, id)) add(update, 'wrote on it')
        break
      case 'page_comments':
        addFacts(id, ({ field }) => (field.startsWith('comment.') ? 'says what the comment is' : null))
        break
      case 'page_versions':
        add(id, 'saved the version')
        break
      case 'read_markers':
        for (const mark of column(marksOfRoom, stream, id, of ?? '')) add(mark, 'read up to somewhere')
        addFacts(id, ({ field }) => {
          if (field === muteField(of ?? '')) return 'muted the room, or took that back'
          return field === levelField(of ?? '') ? 'said what they are told of' : null
        })
        break
    }
    return found
  }

  function rowsOf(event: KnownEvent): Parts<RowRef> {
    const found: Parts<RowRef> = new Map()
    const { stream } = event
    const add = (part: string, ref: RowRef) => {
      const key = refKey(ref)
      if (!found.has(key)) found.set(key, { ref, part })
    }
    const row = (table: RowRef['table'], id: string, of?: string, within = stream): RowRef => ({
      table,
      stream: within,
      id,
      ...(of !== undefined && { of }),
    })
    const addCount = (timeline: string | null) => {
      if (timeline === null) return
      add('counts one more or less', row('timelines', timeline))
      const parent = parentOf(stream, timeline)
      if (parent !== null) add('counts the answers in its thread', row('timeline_items', parent))
    }
    switch (event.type) {
      case 'message.create':
        add('is the message', row('timeline_items', event.id))
        addCount(event.room!)
        for (const { field } of factsAbout(stream, event.id)) {
          const reaction = readReactionField(field)
          if (reaction) add('is the message that it is on', row('reactions', event.id, JSON.stringify(reaction)))
          const person = readPinField(field)
          if (person !== null) add('is the message that it is on', row('pins', event.id, person))
        }
        break
      case 'page.update':
        add('is written on it', row('component_doc', event.entity!))
        break
      case 'page.version':
        add('is the version', row('page_versions', event.id))
        break
      case 'read.mark':
        add('reads up to there', row('read_markers', event.room!, event.payload.stream))
        break
      default:
    }
    for (const { entity, field, value } of factsOf(event)) {
      const kind = field.slice(0, field.indexOf('.'))
      if (kind === 'message') {
        add(messageParts(field), row('timeline_items', entity))
        const reaction = readReactionField(field)
        if (reaction) add('reacts, or takes that back', row('reactions', entity, JSON.stringify(reaction)))
        const person = readPinField(field)
        if (person !== null) add('pins, or takes that back', row('pins', entity, person))
        if (isDeletion(field)) addCount(timelineOf(stream, entity))
      }
      if (kind === 'room') {
        const within = streamKind(stream) === 'space' ? streamOfRoom(streamOwner(stream), entity) : stream
        if (toldIn(within, entity) === stream) add('says what the room is', row('rooms', entity, undefined, within))
      }
      if (field === 'room.create') {
        const parents = factsAbout(stream, entity).flatMap((fact) => (fact.field === 'room.create' ? [fact.value] : []))
        for (const birth of new Set([value, ...parents])) {
          const { parentMessage } = readRoomCreate(birth!)
          if (parentMessage !== null) add('opens a thread on it', row('timeline_items', parentMessage))
        }
      }
      if (kind === 'member') add('says what the person is here', row('memberships', entity))
      if (isName(field)) {
        for (const [message, within] of sql.prepare(messagesByAuthor).rows(stream, entity, most) as [string, string][])
          add('names its author', row('timeline_items', message, undefined, within))
      }
      if (kind === 'space') add('says what the space is', row('spaces', entity))
      if (field === 'space.create') {
        const founders = [readSpaceCreate(value!)[1], ...foundersOf(stream).map(({ founder }) => founder)]
        for (const founder of founders) add('founds the space', row('memberships', founder))
      }
      if (kind === 'page') add('says what the page is', row('component_doc', entity))
      if (kind === 'comment') add('says what the comment is', row('page_comments', entity))
      if (kind === 'marker') {
        const of = readMarkerField(field)
        const what = field === muteField(of) ? 'mutes the room, or takes that back' : 'says what the person is told of'
        add(what, row('read_markers', entity, of))
      }
    }
    return found
  }

  function foundersOf(stream: string): { readonly event: string; readonly founder: string }[] {
    return factsAbout(stream, streamOwner(stream)).flatMap(({ field, value, eventId }) =>
      field === 'space.create' ? [{ event: eventId, founder: readSpaceCreate(value!)[1] }] : [],
    )
  }

  return { eventsOf, rowsOf }
}

/** Where a room is told of: a public one in its space's stream. */
const toldIn = (stream: string, room: string): string =>
  publicRoomOf(stream)?.room === room ? homeStream(stream) : stream

const isDeletion = (field: string): boolean => field === 'message.deleted' || field === 'message.erased'
const isName = (field: string): boolean => field === 'member.join' || field === 'member.name'

function messageParts(field: string): string {
  if (field === 'message.text') return 'edits it'
  if (field === 'message.thread') return 'opens a thread on it'
  if (isDeletion(field)) return 'deletes it, or takes that back'
  if (readReactionField(field)) return 'reacts, or takes that back'
  return 'pins it, or takes that back'
}

const itsStream = '(SELECT id FROM streams WHERE name = ?1)'
const inTimeline = `SELECT t.id FROM timeline_items t WHERE t.timeline_id =
  (SELECT id FROM entities WHERE stream = ${itsStream} AND name = ?2) ORDER BY t.order_key DESC LIMIT ?3`
const timelineOfMessage = `SELECT e.name FROM timeline_items t JOIN entities e ON e.id = t.timeline_id WHERE t.stream = ${itsStream} AND t.id = ?2`
const parentOfThread = 'SELECT parent_message FROM rooms WHERE stream = ?1 AND id = ?2 AND parent_message IS NOT NULL'
const authorOfMessage = `SELECT a.author_id FROM timeline_items t JOIN component_author a ON a.id = t.author_id WHERE t.stream = ${itsStream} AND t.id = ?2`
const messagesByAuthor = `SELECT t.id, s.name FROM timeline_items t JOIN component_author a ON a.id = t.author_id JOIN streams s ON s.id = t.stream
  WHERE a.author_id = ?2 AND s.home = ?1 AND t.author_given = 0 ORDER BY t.key DESC LIMIT ?3`
const updatesOfPage = `SELECT event_id FROM page_updates WHERE stream = ?1 AND page_id = ?2
  UNION SELECT event_id FROM page_parts WHERE stream = ?1 AND page_id = ?2`
const marksOfRoom = `SELECT event_id FROM events WHERE stream = ?1 AND timeline_id = ?2 AND event_type = 'read.mark' AND payload ->> 'stream' = ?3`
