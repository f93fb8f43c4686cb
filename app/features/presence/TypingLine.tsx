import { useEffect, useState } from 'react'
import { spaceOfStream, streamOfSpace } from '../../../schema/events/streams.ts'
import { useLiveQuery } from '../../live/index.ts'
import { sql, type TypedQuery } from '../../live/index.ts'
import { useIdentity } from '../identity/identity.ts'
import { usePresence } from './presence.ts'
import { typingWords, typistsIn } from './presence-state.ts'
import css from './Presence.module.css'

/** Who types in a room or thread. It lies in room that is kept for it, and is read out when somebody begins, now and then. */
export function TypingLine({ stream, room }: { stream: string; room: string }) {
  const me = useIdentity()?.actor ?? ''
  const typists = typistsIn(usePresence(), stream, room, me)
  const { data } = useLiveQuery(typists.length > 0 ? namesOf(stream, typists) : null)
  const words = typists.length > 0 ? typingWords(data.map(({ name }) => name)) : ''
  const spoken = useNowAndThen(words)
  return (
    <>
      <p className={css.typing} aria-hidden data-testid="typing">
        {words}
      </p>
      <p className="visually-hidden" role="status">
        {spoken}
      </p>
    </>
  )
}

const quietMs = 20_000
let spokenAt = -quietMs

/** A screen reader says it once it has stood for a second, and then nothing of the kind for a while. */
function useNowAndThen(words: string): string {
  const [spoken, setSpoken] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => {
      if (words !== '' && performance.now() - spokenAt < quietMs) return
      if (words !== '') spokenAt = performance.now()
      setSpoken(words)
    }, 1000)
    return () => clearTimeout(timer)
  }, [words])
  return spoken
}

/** Members alone: who was taken out a moment ago types no more. */
function namesOf(stream: string, people: readonly string[]): TypedQuery<{ readonly name: string }> {
  const space = streamOfSpace(spaceOfStream(stream) ?? '')
  return sql(
    `SELECT name FROM memberships WHERE stream = ? AND active = 1
       AND person_id IN (SELECT value FROM json_each(?)) ORDER BY name COLLATE NOCASE, person_id`,
    [space, JSON.stringify(people)],
  )
}
