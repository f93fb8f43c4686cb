import { ChevronLeft } from 'lucide-react'
import type { EventTrace, RowRef, RowTrace, TracedEvent } from '../../../../schema/messages/trace.ts'
import { keyIn } from '../../../../schema/events/key.ts'
import { streamOfRoom, streamOfSpace } from '../../../../schema/events/streams.ts'
import { sql, useLiveQuery } from '../../../live/index.ts'
import { useRoute } from '../../../routes.ts'
import { Button } from '../../../shell/Button.tsx'
import { formatFull } from '../../../shell/format-time.ts'
import { openPart } from '../open-part.ts'
import type { PartProps } from '../parts.ts'
import { Readers } from './Readers.tsx'
import { parseSubject, printSubject, rowWords, tableWords, type Subject } from './subject.ts'
import { useTrace } from './use-trace.ts'
import css from './Why.module.css'

/** From a row on screen to the events that made it, and from an event to every row that it had a part in. */
export default function Why({ of }: PartProps) {
  const subject = parseSubject(of)
  return (
    <div className={css.part}>
      {subject === null ? (
        <Choice />
      ) : (
        <>
          <Button className={css.back} onClick={() => openPart('why')}>
            <ChevronLeft size={16} aria-hidden /> All rows
          </Button>
          <Answer key={printSubject(subject)} subject={subject} />
        </>
      )}
    </div>
  )
}

const ask = (subject: Subject) => openPart('why', printSubject(subject))
const askRow = (row: RowRef) => ask({ kind: 'row', row })

function Answer({ subject }: { subject: Subject }) {
  const { traced, error } = useTrace(subject)
  if (error) return <p className={css.error}>{error.message}</p>
  if (traced === null) return null
  return subject.kind === 'row' && traced.kind === 'row' ? (
    <RowAnswer of={subject.row} trace={traced.trace} />
  ) : traced.kind === 'event' ? (
    <EventAnswer trace={traced.trace} />
  ) : null
}

function RowAnswer({ of, trace }: { of: RowRef; trace: RowTrace }) {
  return (
    <>
      <section
        className={css.section}
        data-testid="traced-row"
        data-table={of.table}
        data-id={of.id}
        data-total={trace.total}
      >
        <h3>{sentence(rowWords(of))}</h3>
        {trace.row === null ? (
          <p>There is no such row.</p>
        ) : (
          <dl className={css.columns}>
            {Object.entries(trace.row).map(([column, value]) => (
              <div key={column}>
                <dt>{column}</dt>
                <dd dir="auto">{value === null ? 'NULL' : String(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        <Neighbours of={of} row={trace.row} />
      </section>
      <Readers table={of.table} />
      <section className={css.section}>
        <h3>Made by {trace.more ? `more than ${trace.total}` : trace.total} events</h3>
        {trace.events.length < trace.total && <p>The newest {trace.events.length} are shown.</p>}
        <ol className={css.events}>
          {trace.events.map((event) => (
            <li key={keyIn(event.stream, event.id)}>
              <EventCard event={event} part={event.part} />
            </li>
          ))}
        </ol>
      </section>
    </>
  )
}

/** Rows that stand on the same message. */
function Neighbours({ of, row }: { of: RowRef; row: RowTrace['row'] }) {
  if (of.table !== 'timeline_items' || row === null) return null
  const { stream, id } = of
  const reactions = Object.entries(JSON.parse(String(row['reactions'])) as Record<string, string[]>)
  const rows: RowRef[] = reactions.flatMap(([emoji, people]) =>
    people.map((person) => ({ table: 'reactions' as const, stream, id, of: JSON.stringify([person, emoji]) })),
  )
  const thread = row['thread_id']
  if (typeof thread === 'string')
    rows.push({ table: 'rooms', stream, id: thread }, { table: 'timelines', stream, id: thread })
  if (rows.length === 0) return null
  return <RowList rows={rows.map((ref) => ({ ref, part: '' }))} label="Rows on this message" />
}

function EventAnswer({ trace }: { trace: EventTrace }) {
  if (trace.event === null) return <p>This event is in no log of this device.</p>
  return (
    <>
      <section className={css.section} data-testid="traced-event" data-id={trace.event.id} data-total={trace.total}>
        <h3>Event {trace.event.type}</h3>
        <EventFacts event={trace.event} />
      </section>
      <section className={css.section}>
        <h3>
          Has a part in {trace.more ? `more than ${trace.total}` : trace.total} {trace.total === 1 ? 'row' : 'rows'}
        </h3>
        <RowList rows={trace.rows} label="Rows of this event" />
      </section>
    </>
  )
}

function RowList({ rows, label }: { rows: EventTrace['rows']; label: string }) {
  return (
    <ul className={css.rows} aria-label={label}>
      {rows.map(({ ref, part }) => (
        <li key={printSubject({ kind: 'row', row: ref })}>
          <button type="button" className={css.row} data-testid="traced-row-link" onClick={() => askRow(ref)}>
            {sentence(rowWords(ref))}
            {part !== '' && <span className={css.part2}> it {part}</span>}
          </button>
        </li>
      ))}
    </ul>
  )
}

function EventCard({ event, part }: { event: TracedEvent; part: string }) {
  return (
    <article className={css.event} data-testid="traced-event-card" data-id={event.id} data-type={event.type}>
      <p>
        <b>{event.type}</b> {part}
      </p>
      <EventFacts event={event} />
      <Button onClick={() => ask({ kind: 'event', event: { stream: event.stream, id: event.id } })}>
        What else did it change?
      </Button>
    </article>
  )
}

function EventFacts({ event }: { event: Omit<TracedEvent, 'part'> }) {
  const { id, stream, actor, clock, at, seq, payload } = event
  return (
    <>
      <p className={css.by}>
        {actor}, <time dateTime={new Date(at).toISOString()}>{formatFull(at)}</time>, clock {clock},{' '}
        {seq === null || seq === '' ? 'of this device alone so far' : `the server’s number ${Number(seq)}`}
      </p>
      <p className={css.by}>
        <code>{id}</code> in <code>{stream}</code>
      </p>
      <pre className={css.payload} tabIndex={0} role="region" aria-label={`What ${id} says`}>
        {payload}
      </pre>
    </>
  )
}

interface Choosable {
  readonly table: RowRef['table']
  readonly stream: string
  readonly id: string
  readonly words: string
}

/** What can be asked about: the room on screen, and what is newest in it. */
function Choice() {
  const { space, room } = useRoute()
  const { data } = useLiveQuery(space && room ? choosable(streamOfSpace(space), streamOfRoom(space, room), room) : null)
  if (!space || !room) return <p>Open a room to see what its rows are made of.</p>
  return (
    <section className={css.section}>
      <h3>Which row?</h3>
      <p>Also in the menu of each message: “Why is this here?”</p>
      <ul className={css.rows} aria-label="Rows of this room">
        {data.map(({ table, stream, id, words }) => (
          <li key={`${table} ${stream} ${id}`}>
            <button type="button" className={css.row} onClick={() => askRow({ table, stream, id })}>
              <b>{sentence(tableWords[table])}</b>{' '}
              <span className={css.words} dir="auto">
                {words}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

const timeline = '(SELECT e.id FROM entities e JOIN streams s ON s.id = e.stream WHERE s.name = ?2 AND e.name = ?3)'
const choosable = (space: string, stream: string, room: string) =>
  sql<Choosable>(
    `SELECT * FROM (SELECT 'rooms' AS "table", stream, id, name AS words FROM rooms WHERE stream = ?2 AND id = ?3)
     UNION ALL SELECT 'timelines', ?2, ?3, message_count || ' messages' FROM timelines WHERE id = ${timeline}
     UNION ALL SELECT 'spaces', stream, id, name FROM spaces WHERE stream = ?1
     UNION ALL SELECT * FROM (SELECT 'component_doc', stream, entity_id, title FROM component_doc WHERE stream = ?2 AND room_id = ?3
       ORDER BY created_at DESC, entity_id LIMIT 5)
     UNION ALL SELECT * FROM (SELECT 'timeline_items', ?2, id, substr(snippet, 1, 120) FROM timeline_items WHERE timeline_id = ${timeline}
       ORDER BY order_key DESC, id DESC LIMIT 15)`,
    [space, stream, room],
  )

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
