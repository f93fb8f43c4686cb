import { useId, useRef, useState } from 'react'
import { clockToMs } from '../../../../schema/events/clock.ts'
import type { PastMessage, PastRoom } from '../../../../schema/messages/past.ts'
import { useLive } from '../../../live/index.ts'
import { Button } from '../../../shell/Button.tsx'
import { formatFull } from '../../../shell/format-time.ts'
import { showError } from '../../../shell/toasts.tsx'
import { MessageText } from '../../messages/MessageText.tsx'
import { clockOfMessage, now, useMessageCount, usePast } from './use-past.ts'
import css from './Time.module.css'

/** A room at an earlier moment: a slider over its messages, and steps from change to change. It is only shown. */
export function Past({ stream, room }: { stream: string; room: string }) {
  const { client } = useLive()
  const count = useMessageCount(stream, room)
  const [clock, setClock] = useState<string | null>(null)
  const [place, setPlace] = useState<number | null>(null)
  const moves = useRef(0)
  const { past, error } = usePast(stream, room, clock ?? now, clock === null ? count : null)
  const words = useId()

  /** Of several moves the last counts, whichever answer comes first. */
  function moveTo(n: number): void {
    setPlace(n)
    const move = ++moves.current
    clockOfMessage(client.query, stream, room, n).then((found) => {
      if (move === moves.current && found !== null) setClock(found)
    }, showError)
  }
  function stepTo(to: string | null): void {
    moves.current += 1
    setPlace(null)
    setClock(to)
  }

  if (count === null || count === 0) return <p>This room has no messages yet.</p>
  const isPast = clock !== null
  return (
    <section
      className={css.section}
      aria-labelledby={`${words}-title`}
      data-testid="past"
      data-clock={past?.clock ?? ''}
    >
      <h3 id={`${words}-title`}>The room as it was</h3>
      <input
        type="range"
        className={css.slider}
        min={1}
        max={count}
        value={place ?? past?.room.place ?? count}
        aria-label="Moment: just after this message"
        aria-valuetext={past ? momentWords(past.clock, past.room) : undefined}
        onChange={(event) => moveTo(Number(event.target.value))}
      />
      <div className={css.steps}>
        <Button disabled={!past || past.room.earlier === null} onClick={() => stepTo(past!.room.earlier)}>
          One change back
        </Button>
        <Button disabled={!past || past.room.later === null} onClick={() => stepTo(past!.room.later)}>
          One change on
        </Button>
        <Button disabled={!isPast} onClick={() => stepTo(null)}>
          Now
        </Button>
      </div>
      {error && <p className={css.error}>{error.message}</p>}
      {past && (
        <>
          <p role="status" data-testid="moment" data-ms={Math.round(past.ms)}>
            <b>{isPast ? 'The past, for reading only' : 'Now'}</b> {momentWords(past.clock, past.room)}. Folded from the
            log in {past.room.took.toFixed(0)} ms, by the same projections in an empty database.
          </p>
          <div
            className={css.messages}
            data-past={isPast}
            role="region"
            aria-label="Messages at this moment"
            tabIndex={0}
          >
            <ol>
              {past.room.messages.map((message) => (
                <Message key={message.id} message={message} />
              ))}
            </ol>
          </div>
          <Changes of={past.room} />
        </>
      )}
    </section>
  )
}

function momentWords(clock: string, { name, messages }: PastRoom): string {
  const at = clock === now ? (messages.at(-1)?.createdAt ?? 0) : clockToMs(clock)
  return `${clock === now ? 'up to' : 'at'} ${formatFull(at)}${name === null ? '' : `, “${name}”`}`
}

function Message({ message }: { message: PastMessage }) {
  const { id, author, text, createdAt, editedAt, deleted, reactions, pinned, threadId } = message
  const emojis = Object.entries(JSON.parse(reactions) as Record<string, string[]>)
  return (
    <li className={css.message} data-testid="past-message" data-id={id}>
      <span className={css.by}>
        <b>{author}</b> <time dateTime={new Date(createdAt).toISOString()}>{formatFull(createdAt)}</time>
        {editedAt !== null && ' · edited'}
        {pinned === 1 && ' · pinned'}
        {threadId !== null && ' · has a thread'}
      </span>
      {deleted === 0 ? <MessageText text={text} /> : <i>{deleted === 1 ? 'deleted' : 'erased: its words are gone'}</i>}
      {emojis.length > 0 && (
        <span className={css.reactions}>
          {emojis.map(([emoji, actors]) => (
            <span key={emoji}>
              {emoji} {actors.length}
            </span>
          ))}
        </span>
      )}
    </li>
  )
}

function Changes({ of }: { of: PastRoom }) {
  return (
    <details className={css.changes}>
      <summary>The last events that made it</summary>
      <ol>
        {of.changes.map(({ event, what, actor, at, message }) => (
          <li key={`${event} ${what}`}>
            <time dateTime={new Date(at).toISOString()}>{formatFull(at)}</time> {actor} {what}
            {what === 'wrote' ? '' : `: ${message.slice(-6)}`} <code>{event}</code>
          </li>
        ))}
      </ol>
    </details>
  )
}
