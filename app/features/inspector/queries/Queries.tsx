import { ArrowDown } from 'lucide-react'
import { Fragment, useId, useState } from 'react'
import type { InspectedQuery } from '../../../../schema/messages/runtime/inspection.ts'
import { useClientStatus } from '../../../live/index.ts'
import { Button } from '../../../shell/Button.tsx'
import { count, milliseconds, perSecond } from '../figures.ts'
import { nameOfTab } from '../name-of-tab.ts'
import { openPart } from '../open-part.ts'
import { useInspection } from '../use-inspection.ts'
import { dearness } from './dearness.ts'
import { columnNames, columns, shownQueries, type ColumnName } from './sort-queries.ts'
import css from './Queries.module.css'

const everyMs = 1000

/** The live queries of all tabs, with what each costs since somebody looks. */
export default function Queries() {
  const { answer, error } = useInspection({ about: 'queries' }, everyMs)
  const [wanted, setWanted] = useState('')
  const [by, setBy] = useState<ColumnName>('total')
  const [open, setOpen] = useState<string | null>(null)
  if (!answer) return <p className={css.none}>{error ? `Nobody answers yet: ${error.message}` : null}</p>
  const whole = answer.queries.reduce((sum, { cost }) => sum + cost.milliseconds, 0)
  const shown = shownQueries(answer.queries, wanted, by)
  return (
    <>
      <div className={css.bar}>
        <input
          type="search"
          className={css.filter}
          aria-label="Filter the queries"
          placeholder="Filter: words of the SQL, a mode, a table"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <span className={css.total} data-testid="query-count">
          {shown.length === answer.total ? count(answer.total) : `${count(shown.length)} of ${count(answer.total)}`}
        </span>
      </div>
      <div className={css.scroll} role="region" aria-label="Live queries" tabIndex={0}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">Query</th>
              {columnNames.map((name) => (
                <th
                  key={name}
                  data-minor={columns[name].minor ? '' : undefined}
                  scope="col"
                  aria-sort={by === name ? 'descending' : undefined}
                  className={css.number}
                >
                  <button type="button" title={columns[name].words} onClick={() => setBy(name)}>
                    {columns[name].title}
                    {by === name && <ArrowDown size={12} aria-hidden />}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((query) => (
              <QueryRows
                key={query.queryId}
                query={query}
                dear={dearness(query, whole)}
                isOpen={open === query.queryId}
                toggle={() => setOpen(open === query.queryId ? null : query.queryId)}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className={css.none}>No query has these words.</p>}
      </div>
    </>
  )
}

function QueryRows(props: { query: InspectedQuery; dear: string | null; isOpen: boolean; toggle(): void }) {
  const { query, dear, isOpen, toggle } = props
  const { cost } = query
  const detailsId = useId()
  return (
    <Fragment>
      <tr data-testid="live-query" data-query={query.queryId} data-dear={dear ? '' : undefined}>
        <th scope="row" className={css.query}>
          <button type="button" aria-expanded={isOpen} aria-controls={detailsId} onClick={toggle}>
            <code>{oneLine(query.sql)}</code>
          </button>
          <span className={css.mode} data-mode={query.mode}>
            {query.mode}
          </span>
          {dear && <span className={css.dear}>{dear}</span>}
          {query.error && <span className={css.dear}>{query.error}</span>}
        </th>
        <td data-minor="">{query.tabs.length}</td>
        <td data-testid="rows">{count(query.rows)}</td>
        <td data-minor="">{count(query.stateRows)}</td>
        <td>{perSecond(cost.deltasPerSecond)}</td>
        <td data-minor="">{milliseconds(cost.p50)}</td>
        <td>{milliseconds(cost.p95)}</td>
        <td>{milliseconds(cost.milliseconds)}</td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={columnNames.length + 1} className={css.details} id={detailsId} data-testid="query-details">
            <Details query={query} />
          </td>
        </tr>
      )}
    </Fragment>
  )
}

function Details({ query }: { query: InspectedQuery }) {
  const { tabId, activeTab } = useClientStatus()
  const { cost } = query
  const facts: [string, string][] = [
    ['Kept up to date', query.reason ? `${query.mode}: ${query.reason}` : query.mode],
    ['Reads', query.tables.join(', ') || 'no table'],
    ['On screen in', query.tabs.map((each) => nameOfTab(each, tabId, activeTab)).join(', ') || 'no tab'],
    [
      'Since you look',
      `${count(cost.turns)} turns, ${count(cost.deltas)} deltas, ${count(cost.rowsChanged)} changes of rows`,
    ],
  ]
  return (
    <>
      <Button onClick={() => openPart('graph', query.queryId)}>Show its graph</Button>
      <pre className={css.sql} tabIndex={0}>
        {query.sql}
      </pre>
      <dl className={css.facts}>
        {query.parameters.length > 0 && (
          <div>
            <dt>Parameters</dt>
            <dd>
              {query.parameters.map((value, at) => (
                <code key={at} data-parameter={at + 1} className={css.parameter}>
                  {value}
                </code>
              ))}
            </dd>
          </div>
        )}
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function oneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim()
}
