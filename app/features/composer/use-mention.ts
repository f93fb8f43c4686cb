import { useMemo, useState, type KeyboardEvent, type RefObject } from 'react'
import { homeStream } from '../../../schema/events/streams.ts'
import { useLive, useLiveQuery } from '../../live/index.ts'
import { membersOf } from '../spaces/spaces-query.ts'
import { findPeople, type Person } from './find-people.ts'
import { insertMention, mentionAt, type MentionAt } from './mention-at.ts'

interface Options {
  readonly stream: string
  readonly field: RefObject<HTMLTextAreaElement | null>
  /** the text with the name in it, and where the caret stands then */
  onInsert(text: string, caret: number): void
  /** Enter was pressed on a name that nobody has */
  onEnter(): void
}

export interface Mention {
  /** whom the name at the caret may mean; none while no name is typed */
  readonly people: readonly Person[]
  readonly chosen: number
  /** the text or the caret has changed */
  look(): void
  choose(at: number): void
  close(): void
  /** true: the key was for the list */
  onKeyDown(event: KeyboardEvent): boolean
}

/** The list of people for the `@name` at the caret. A name that is confirmed before the members are here is inserted when they are. */
export function useMention({ stream, field, onInsert, onEnter }: Options): Mention {
  const { store } = useLive()
  const [mention, setMention] = useState<MentionAt | null>(null)
  const [chosen, setChosen] = useState(0)
  const { data: members, status } = useLiveQuery(mention ? membersOf(homeStream(stream)) : null)
  const people = useMemo(() => (mention ? findPeople(members, mention.name) : []), [members, mention])

  const insert = (at: MentionAt, { name }: Person) => {
    const { value, selectionStart } = field.current!
    const next = insertMention(value, at, name)
    const typedSince = Math.max(0, selectionStart - at.start - 1 - at.name.length)
    onInsert(next.text, next.caret + typedSince)
    setMention(null)
  }
  const insertWhenHere = async (at: MentionAt, key: string) => {
    const query = membersOf(homeStream(stream))
    await store.preload(query)
    const [person] = findPeople(store.result(query).data, at.name)
    if (person) insert(at, person)
    else if (key === 'Enter') onEnter()
  }

  return {
    people,
    chosen,
    look() {
      const { value = '', selectionStart = 0 } = field.current ?? {}
      const at = mentionAt(value, selectionStart)
      setMention(at)
      if (at?.name !== mention?.name) setChosen(0)
    },
    choose(at) {
      const person = people[at]
      if (person && mention) insert(mention, person)
    },
    close: () => setMention(null),
    onKeyDown({ key, shiftKey }) {
      if (!mention) return false
      const step = { ArrowDown: 1, ArrowUp: -1 }[key]
      const confirms = (key === 'Enter' || key === 'Tab') && !shiftKey
      if (people.length > 0 && step) setChosen((chosen + step + people.length) % people.length)
      else if (people.length > 0 && confirms) insert(mention, people[chosen]!)
      else if (status === 'loading' && confirms) void insertWhenHere(mention, key)
      else if (key === 'Escape') setMention(null)
      else return false
      return true
    },
  }
}
