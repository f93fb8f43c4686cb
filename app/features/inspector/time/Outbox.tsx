import { refusalOf } from '../../../refusal-words.ts'
import { sql, useClientStatus, useLive, useLiveQuery } from '../../../live/index.ts'
import { Button } from '../../../shell/Button.tsx'
import { formatFull } from '../../../shell/format-time.ts'
import { showError } from '../../../shell/toasts.tsx'
import css from './Time.module.css'

interface Waiting {
  readonly stream: string
  readonly id: string
  readonly state: 'pending' | 'failed'
  readonly attempts: number
  readonly error: string | null
  readonly created_at: number
  readonly type: string
  readonly words: string | null
}

/** so many are listed; all are counted */
const listed = 200

const outbox = sql<Waiting>(
  `SELECT o.stream, o.event_id AS id, o.state, o.attempts, o.error, o.created_at, e.event_type AS type,
     substr(coalesce(e.payload ->> 'text', e.payload ->> 'emoji', e.payload ->> 'name', e.payload ->> 'title'), 1, 200) AS words
   FROM outbox o JOIN events e ON e.stream = o.stream AND e.event_id = o.event_id
   ORDER BY o.created_at, o.stream, o.event_id LIMIT ${listed}`,
)

/** What this device wrote and the server has not taken: each can be dropped, and what was refused can be tried again. */
export function Outbox() {
  const { client } = useLive()
  const { data: waiting } = useLiveQuery(outbox)
  const { outbox: counted, sync, cut } = useClientStatus()
  const all = counted.pending + counted.failed
  return (
    <section className={css.section} aria-labelledby="inspector-outbox">
      <h3 id="inspector-outbox">Outbox</h3>
      <p data-testid="outbox-count" data-count={all}>
        {all === 0
          ? 'Nothing waits to be sent.'
          : `${all.toLocaleString()} events wait${cut ? ': the network is switched off' : sync.state === 'offline' ? ': there is no network' : ''}.`}
        {counted.failed > 0 && ` The server refused ${counted.failed.toLocaleString()} of them.`}
        {all > listed && ` The oldest ${listed} are listed.`}
      </p>
      <ul className={css.outbox}>
        {waiting.map((event) => (
          <li key={`${event.stream} ${event.id}`} data-testid="outbox-event" data-state={event.state}>
            <span className={css.by}>
              <b>{event.type}</b>{' '}
              <time dateTime={new Date(event.created_at).toISOString()}>{formatFull(event.created_at)}</time>
              {event.attempts > 0 && ` · tried ${event.attempts} times`}
            </span>
            {event.words !== null && (
              <span className={css.words} dir="auto">
                {event.words}
              </span>
            )}
            {event.state === 'failed' && <span className={css.error}>{refusalOf(event.error)}</span>}
            <span className={css.steps}>
              {event.state === 'failed' && (
                <Button onClick={() => void client.retry([event]).catch(showError)}>Try again</Button>
              )}
              <Button
                look="danger"
                aria-label={`Drop ${event.type} ${event.words ?? ''}`}
                onClick={() => void client.discard([event]).catch(showError)}
              >
                Drop
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
