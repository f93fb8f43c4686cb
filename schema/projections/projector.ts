import { bounds } from '../events/bounds.ts'
import { definitionOf, type OwnRowsType } from '../events/event-types.ts'
import { factsOf, type EventOf, type KnownEvent } from '../events/event.ts'
import { isConflictField, type FactField } from '../events/facts.ts'
import { keyIn } from '../events/key.ts'
import { homeStream } from '../events/streams.ts'
import { markFact, nothingDirty } from './dirty.ts'
import { factTable, latest, unseenWrites, type Fact } from './fact.ts'
import { invitationProjection } from './invitation.ts'
import { memberProjection } from './member.ts'
import type { LogReader } from './log-reader.ts'
import { messageProjection } from './message.ts'
import type { Names } from './names.ts'
import { commentProjection } from './page-comments.ts'
import { moderationLog } from './moderation.ts'
import { pageVersions } from './page-versions.ts'
import { pageProjection } from './page.ts'
import { personalProjection } from './personal.ts'
import { pinProjection } from './pin.ts'
import { reactionProjection } from './reaction.ts'
import { roomProjection } from './room.ts'
import { searchIndex } from './search.ts'
import { spaceProjection } from './space.ts'
import type { Sql } from './sql.ts'
import { timelineProjection } from './timeline.ts'
import { viewProjection } from './view.ts'

/** Version of the projections: a database written by another one is rebuilt by replay. */
export const projectionVersion = 10

/**
 * Events → rows. Laws: the tables (up to the integers that stand for names and messages) are a function of the set of projected events (order, repetition and batching do not
 * matter); projecting an event twice changes nothing; all calls of a batch and its `flush` run in one transaction.
 * The event itself is in the log (`events`) already, since an edit that is taken back needs the first text again.
 */
export interface Projector {
  project(event: KnownEvent): void
  /** Facts of an entity that another database's log states: what its row rests on, without the events themselves. */
  recall(stream: string, entity: string, facts: readonly Fact[]): void
  /** The writes of this event's fields that nobody has overwritten yet: what its author has seen, its `deps`. */
  headsOf(event: KnownEvent): string[]
  /** The event states other facts now (erasure.ts): what it had rows for stays. */
  replace(before: KnownEvent, after: KnownEvent): void
  /** Removes exactly what the event did. */
  unproject(event: KnownEvent): void
  /** Folds every row that the batch touched. */
  flush(): void
  /** Forgets what was touched: the transaction was rolled back. */
  reset(): void
}

export function createProjector(sql: Sql, names: Names, log: LogReader): Projector {
  let dirty = nothingDirty()
  let memberNames = new Map<string, string>()
  const present = () => dirty
  const facts = factTable(sql, names)
  const index = searchIndex(sql)
  const spaces = spaceProjection(sql, log, facts, present)
  const members = memberProjection(sql, names, facts)
  const invitations = invitationProjection(sql, facts)
  const rooms = roomProjection(sql, log, names, facts, present)
  const pages = pageProjection(sql, log, names, facts, index, present)
  const comments = commentProjection(sql, facts)
  const versions = pageVersions(sql)
  const personal = personalProjection(sql, facts)
  const views = viewProjection(sql, facts)
  const timelines = timelineProjection(sql)
  const moderation = moderationLog(sql)
  const reactions = reactionProjection(sql, names)
  const pins = pinProjection(sql, names)
  const messages = messageProjection(sql, names, facts, index, reactions, pins, memberName, log, present)

  /** as before this batch: a join in the same batch is folded at its end, and renames the messages */
  function memberName(stream: string, person: string): string {
    const home = homeStream(stream)
    const key = keyIn(home, person)
    let name = memberNames.get(key)
    if (name === undefined) memberNames.set(key, (name = members.nameInSpace(home, person) ?? person))
    return name
  }

  const ownRows: { readonly [T in OwnRowsType]: OwnRows<T> } = {
    'message.create': { make: messages.create, takeBack: messages.remove },
    'message.delete': moderation,
    'message.erase': moderation,
    'member.leave': moderation,
    'member.role': moderation,
    'member.mute': moderation,
    'member.ban': moderation,
    'read.mark': { make: personal.mark, takeBack: personal.unmark },
    'page.update': { make: pages.take, takeBack: pages.forget },
    'page.version': { make: versions.add, takeBack: versions.remove },
  }
  function ownRowsOf({ type }: KnownEvent): OwnRows<KnownEvent['type']> | undefined {
    return (ownRows as Partial<Record<string, OwnRows<KnownEvent['type']>>>)[type]
  }

  function state(event: KnownEvent): void {
    for (const fact of factsOf(event)) {
      if (facts.add(event, fact)) markFact(dirty, event.stream, fact)
    }
  }
  function withdraw(event: KnownEvent): void {
    for (const fact of factsOf(event)) {
      facts.remove(event, fact)
      markFact(dirty, event.stream, fact)
    }
  }

  function begin(): void {
    dirty = nothingDirty()
    memberNames = new Map()
    index.reset()
  }

  return {
    project(event) {
      ownRowsOf(event)?.make(event)
      state(event)
    },
    recall(stream, entity, recalled) {
      for (const fact of recalled) {
        facts.put(stream, entity, fact)
        markFact(dirty, stream, { entity, field: fact.field as FactField, value: fact.value })
      }
    },
    headsOf(event) {
      const heads = new Set<string>()
      for (const { entity, field } of factsOf(event)) {
        if (isConflictField(field)) {
          const own = facts.ofEntity(event.stream, entity)
          for (const fact of unseenWrites(own, field)) heads.add(fact.eventId)
          const last = latest(own, field)
          if (last) heads.add(last.eventId)
        }
      }
      return [...heads].slice(-bounds.deps)
    },
    replace(before, after) {
      // of a message the row stays, of a page its updates and versions are others
      if (definitionOf(before.type).part === 'page') {
        ownRowsOf(before)?.takeBack(before)
        ownRowsOf(after)?.make(after)
      }
      withdraw(before)
      state(after)
    },
    unproject(event) {
      ownRowsOf(event)?.takeBack(event)
      withdraw(event)
    },
    flush() {
      for (const stream of dirty.spaces) spaces.fold(stream)
      for (const { stream, id } of dirty.members.values()) members.fold(stream, id)
      for (const invitation of dirty.invitations.values()) invitations.fold(invitation)
      for (const room of dirty.rooms.values()) rooms.fold(room)
      for (const message of dirty.messages.values()) messages.fold(message)
      for (const { stream, room } of dirty.markers.values()) personal.fold(stream, room)
      for (const view of dirty.views.values()) views.fold(view)
      for (const stream of dirty.quiet) personal.foldQuiet(stream)
      for (const page of dirty.pages.values()) pages.fold(page)
      for (const comment of dirty.comments.values()) comments.fold(comment)
      timelines.fold(dirty.timelines)
      index.flush()
      begin()
    },
    reset() {
      begin()
      names.forget()
    },
  }
}

/** Rows of an event that are not folded from facts (EventDefinition.ownRows). */
interface OwnRows<T extends KnownEvent['type']> {
  make(event: EventOf<T>): void
  takeBack(event: EventOf<T>): void
}
