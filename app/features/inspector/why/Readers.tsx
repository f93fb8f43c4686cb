import { useState } from 'react'
import type { InspectedQuery } from '../../../../schema/messages/runtime/inspection.ts'
import type { TracedTable } from '../../../../schema/messages/trace.ts'
import { Button } from '../../../shell/Button.tsx'
import { openPart } from '../open-part.ts'
import { useInspection } from '../use-inspection.ts'
import css from './Why.module.css'

/** The live queries that this row flows into, and the operators on its way. */
export function Readers({ table }: { table: TracedTable }) {
  const { answer } = useInspection({ about: 'queries' }, 2_000)
  const readers = (answer?.queries ?? []).filter(({ tables }) => tables.includes(`main.${table}`))
  return (
    <section className={css.section} data-testid="readers" data-count={readers.length}>
      <h3>On screen by {readers.length === 1 ? 'one live query' : `${readers.length} live queries`}</h3>
      <ul className={css.rows} aria-label="Queries that read this table">
        {readers.map((query) => (
          <li key={query.queryId}>
            <Reader query={query} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Reader({ query }: { query: InspectedQuery }) {
  const [open, setOpen] = useState(false)
  return (
    <details className={css.query} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>{query.sql.replaceAll(/\s+/g, ' ').trim()}</code> {query.mode}, {query.rows} rows
      </summary>
      {open && <Operators queryId={query.queryId} />}
    </details>
  )
}

/** From the table to the result, as the query's graph goes. */
function Operators({ queryId }: { queryId: string }) {
  const { answer } = useInspection({ about: 'query', queryId, after: 0 }, 2_000)
  if (!answer) return null
  return (
    <>
      <ol className={css.operators} aria-label="Operators, from the table to the result">
        {answer.operators.map(({ id, kind, label, inputs }) => (
          <li key={id}>
            <b>{kind}</b> {label}
            {inputs.length > 0 && <span className={css.part2}> after {inputs.join(', ')}</span>}
          </li>
        ))}
      </ol>
      <Button onClick={() => openPart('graph', queryId)}>Draw it</Button>
    </>
  )
}
