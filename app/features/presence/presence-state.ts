import type { PersonPresence, PresenceTold } from '../../../schema/messages/presence.ts'

/** Who is here, by stream and person; as far as somebody watches the stream. */
export type PresenceState = ReadonlyMap<string, ReadonlyMap<string, PersonPresence>>

export const nobodyKnown: PresenceState = new Map()

/** What the server told, on what was known. Who is neither here nor types is left out. */
export function withTold(state: PresenceState, { stream, whole, people }: PresenceTold): PresenceState {
  const known = new Map(whole ? [] : state.get(stream))
  for (const person of people) {
    if (person.here || person.typing.length > 0) known.set(person.person, person)
    else known.delete(person.person)
  }
  return new Map(state).set(stream, known)
}

/** Others who type in a room or thread, by their ids. */
export function typistsIn(state: PresenceState, stream: string, room: string, me: string): readonly string[] {
  const people = [...(state.get(stream)?.values() ?? [])]
  return people.filter(({ person, typing }) => person !== me && typing.includes(room)).map(({ person }) => person)
}

/** Example: Ada, Bob → “Ada and Bob are typing…” */
export function typingWords(names: readonly string[]): string {
  const [one, two, ...more] = names
  if (one === undefined) return ''
  if (two === undefined) return `${one} is typing…`
  return more.length === 0 ? `${one} and ${two} are typing…` : 'Several people are typing…'
}
