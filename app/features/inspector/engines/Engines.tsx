import { useEffect, useState } from 'react'
import type { BothAnswer, InspectedQuery } from '../../../../schema/messages/runtime/inspection.ts'
import { useLive } from '../../../live/index.ts'
import { count, milliseconds } from '../figures.ts'
import { openPart } from '../open-part.ts'
import type { PartProps } from '../parts.ts'
import { useInspection } from '../use-inspection.ts'
import { addPoint, timingsOf, type Series } from './series.ts'
import { TimingPlot } from './TimingPlot.tsx'
import css from './Engines.module.css'

/** One live query, kept up to date and run again, side by side, while people write. */
export default function Engines({ of }: PartProps) {
  const { answer } = useInspection({ about: 'queries' }, 2_000)
  if (!answer) return <p className={css.part}>Asking the leader …</p>
  const queries = answer.queries
  const chosen = queries.find(({ queryId }) => queryId === of) ?? largest(queries)
  if (!chosen) return <p className={css.part}>No tab has a live query yet.</p>
  return (
    <div className={css.part}>
      <label className={css.choice}>
        Query
        <select value={chosen.queryId} onChange={(event) => openPart('engines', event.target.value)}>
          {queries.map((query) => (
            <option key={query.queryId} value={query.queryId}>
              {inOneLine(query.sql)} ({count(query.rows)} rows)
            </option>
          ))}
        </select>
      </label>
      <Both key={chosen.queryId} query={chosen} />
    </div>
  )
}

/** What it takes to run the largest one again is seen best. */
function largest(queries: readonly InspectedQuery[]): InspectedQuery | undefined {
  return queries.toSorted((a, b) => b.rows - a.rows)[0]
}

function Both({ query }: { query: InspectedQuery }) {
  const { series, error } = useSeries(query.queryId)
  return (
    <>
      <pre className={css.sql} tabIndex={0} role="region" aria-label="SQL">
        {query.sql}
      </pre>
      {error && <p className={css.error}>{error.message}</p>}
      {series && <Figures series={series} mode={query.mode} />}
      {series && (
        <TimingPlot
          label={`Milliseconds of both ways: ${milliseconds(series.last.cost.p50)} a turn, ${milliseconds(series.last.againMs)} run again`}
          xLabel="seconds"
          timings={timingsOf(series)}
        />
      )}
      <p className={css.words}>
        To keep it up to date, the change of the result is computed from the changed rows. To run it again is SQLite
        alone: all its rows are read, and nobody compares, sends or draws them. Look at a room where people write, or{' '}
        <a href="/bench">measure both without the app</a>.
      </p>
    </>
  )
}

function Figures({ series, mode }: { series: Series; mode: string }) {
  const { last } = series
  const { cost } = last
  return (
    <dl
      className={css.figures}
      data-testid="both"
      data-comparison={last.comparison}
      data-compared={series.compared}
      data-different={series.different}
      data-turns={cost.turns}
      data-rows={last.rows}
    >
      <div>
        <dt>Rows now</dt>
        <dd className={css.verdict} data-well={last.comparison !== 'different'}>
          {comparisonWords[last.comparison]} ({count(last.rows)})
        </dd>
      </div>
      <div>
        <dt>Compared</dt>
        <dd>
          {count(series.compared)} times,{' '}
          {series.different === 0 ? 'never different' : `${count(series.different)} times different`}
        </dd>
      </div>
      <div>
        <dt>Kept up to date ({mode})</dt>
        <dd>
          {cost.turns === 0
            ? 'no turn has visited it yet'
            : `${milliseconds(cost.p50)} ms a turn, 95 %: ${milliseconds(cost.p95)} ms, ${count(cost.turns)} turns`}
        </dd>
      </div>
      <div>
        <dt>Run again</dt>
        <dd>{milliseconds(last.againMs)} ms</dd>
      </div>
    </dl>
  )
}

const comparisonWords: Readonly<Record<BothAnswer['comparison'], string>> = {
  equal: 'equal',
  reordered: 'equal, in another order',
  different: 'DIFFERENT',
  failed: 'SQLite has no answer',
}

/** A dear query is run again less often: nobody's turn comes while it runs. */
function useSeries(queryId: string): { readonly series: Series | null; readonly error: Error | null } {
  const { client } = useLive()
  const [series, setSeries] = useState<Series | null>(null)
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => {
    let wanted = true
    let timer: ReturnType<typeof setTimeout>
    const ask = async (): Promise<void> => {
      let againMs = 0
      try {
        const answer = await client.inspect({ about: 'both', queryId })
        againMs = answer.againMs
        if (!wanted) return
        setError(null)
        setSeries((before) => addPoint(before, answer, performance.now()))
      } catch (met) {
        if (wanted) setError(met as Error)
      }
      if (wanted) timer = setTimeout(() => void ask(), Math.max(500, 20 * againMs))
    }
    void ask()
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [client, queryId])
  return { series, error }
}

const inOneLine = (sql: string): string => {
  const line = sql.replaceAll(/\s+/g, ' ').trim()
  return line.length > 90 ? `${line.slice(0, 90)}…` : line
}
