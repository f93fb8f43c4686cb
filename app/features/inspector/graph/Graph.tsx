import { lazy, Suspense, useState } from 'react'
import type { InspectedOperator, InspectedTurn } from '../../../../schema/messages/runtime/inspection.ts'
import { usePhone } from '../../../shell/use-phone.ts'
import { count, milliseconds } from '../figures.ts'
import { openPart } from '../open-part.ts'
import type { PartProps } from '../parts.ts'
import { useInspection } from '../use-inspection.ts'
import { kindWords } from './kind-words.ts'
import { sentIn, useQueryTrace } from './use-query-trace.ts'
import css from './Graph.module.css'

const OperatorDrawing = lazy(() => import('./OperatorDrawing.tsx'))

const everyMs = 1000

/** How one live query is kept up to date: its operators, drawn and in words, and what goes through them now. */
export default function Graph({ of }: PartProps) {
  const { answer: all } = useInspection({ about: 'queries' }, everyMs)
  const queries = all?.queries ?? []
  const [busiest, setBusiest] = useState<string | null>(null)
  if (!of && !busiest && queries[0]) {
    setBusiest(queries.reduce((a, b) => (b.cost.milliseconds > a.cost.milliseconds ? b : a)).queryId)
  }
  const queryId = of ?? busiest
  const trace = useQueryTrace(queryId)
  const phone = usePhone()
  const query = trace?.answer.query ?? null
  return (
    <div className={css.graph}>
      <div className={css.choice}>
        <select
          aria-label="Query"
          value={queryId ?? ''}
          onChange={(event) => openPart('graph', event.target.value)}
          className={css.select}
        >
          {queryId !== null && !queries.some((each) => each.queryId === queryId) && <option value={queryId}>–</option>}
          {queries.map(({ queryId, sql, parameters }) => (
            <option key={queryId} value={queryId}>
              {`${sql.replaceAll(/\s+/g, ' ').slice(0, 90)} · ${parameters.join(', ').slice(0, 60)}`}
            </option>
          ))}
        </select>
      </div>
      {trace && !query && <p className={css.none}>No tab has this query on screen any more. Choose another one.</p>}
      {trace && query && (
        <>
          {!phone && (
            <Suspense fallback={<div className={css.drawing} />}>
              <OperatorDrawing operators={trace.answer.operators} latest={trace.latest} tabs={query.tabs.length} />
            </Suspense>
          )}
          <div className={css.words} role="region" aria-label="Operators" tabIndex={0}>
            <p>
              <b>{query.mode}</b>
              {query.reason && `: ${query.reason}`}. {count(query.cost.turns)} turns since you look, p50{' '}
              {milliseconds(query.cost.p50)} ms, p95 {milliseconds(query.cost.p95)} ms.
            </p>
            <OperatorList operators={trace.answer.operators} latest={trace.latest} />
            <h3>Its SQL</h3>
            <pre>{query.sql}</pre>
          </div>
        </>
      )}
    </div>
  )
}

function OperatorList(props: { operators: readonly InspectedOperator[]; latest: readonly InspectedTurn[] }) {
  const sent = sentIn(props.latest)
  const nameOf = new Map(props.operators.map(({ id, kind, label }) => [id, `${kind} ${label}`]))
  return (
    <ol className={css.list}>
      {props.operators.map((each) => (
        <li key={each.id} data-testid="operator" data-kind={each.kind} data-lit={sent.has(each.id) ? '' : undefined}>
          <p>
            <b>{each.kind}</b> {each.label} <span className={css.faint}>({kindWords(each.kind)})</span>
          </p>
          <p className={css.faint}>
            {each.inputs.length > 0 && `from ${each.inputs.map((id) => nameOf.get(id) ?? id).join(', ')} · `}
            {count(each.rowsIn)} in · {count(each.rowsOut)} out · {count(each.stateRows)} kept ·{' '}
            {milliseconds(each.milliseconds)} ms
          </p>
          {each.sql.length > 0 && (
            <details>
              <summary>{each.sql.length === 1 ? 'Its look-up' : `Its ${each.sql.length} look-ups`}</summary>
              {each.sql.map((sql) => (
                <pre key={sql}>{sql}</pre>
              ))}
            </details>
          )}
        </li>
      ))}
    </ol>
  )
}
