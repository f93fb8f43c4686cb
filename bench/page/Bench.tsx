import { useEffect, useRef, useState } from 'react'
import { TimingPlot } from '../../app/features/inspector/engines/TimingPlot.tsx'
import { Button } from '../../app/shell/Button.tsx'
import { workloads } from '../engine/workloads.ts'
import type { FromBench, RunFigure } from './protocol.ts'
import { begun, figuresOf, goOn, ms, timingsOf, type Result } from './results.ts'
import css from './Bench.module.css'

const rowCounts = [10_000, 100_000, 1_000_000]
const queryCounts = [1, 50, 500]
/** measured for so long, each */
const msEach = 4_000

/** The engine against plain SQLite, on the reader's own machine. */
export function Bench() {
  const [rows, setRows] = useState(100_000)
  const [queries, setQueries] = useState(50)
  const [wanted, setWanted] = useState<ReadonlySet<string>>(() => new Set(workloads.map(({ name }) => name)))
  const { results, running, start, stop } = useRun()
  const begin = () =>
    start(
      workloads
        .filter(({ name }) => wanted.has(name))
        .map(({ name, mostQueries = Infinity, mostRows = Infinity }) => ({
          workload: name,
          rows: Math.min(rows, mostRows),
          queries: Math.min(queries, mostQueries),
          ms: msEach,
        })),
    )
  return (
    <main className={css.page}>
      <div className={css.content}>
        <h1>Live SQL, on your machine</h1>
        <p>
          A row is written, and all queries on screen are right again: once by the engine, which computes each result’s
          change from the row’s change, and once by running every query again. Both work on the same rows, in memory, in
          a worker of this page. Nothing of yours is read or changed, and nothing leaves this device. The workloads are
          those of <code>npm run bench -- engine</code>.
        </p>
        <form
          className={css.form}
          onSubmit={(event) => {
            event.preventDefault()
            if (running) stop()
            else begin()
          }}
        >
          <label>
            Rows
            <select value={rows} disabled={running} onChange={(event) => setRows(Number(event.target.value))}>
              {rowCounts.map((count) => (
                <option key={count} value={count}>
                  {count.toLocaleString('en')}
                  {count === 1_000_000 && ' (needs some 500 MB)'}
                </option>
              ))}
            </select>
          </label>
          <label>
            Live queries
            <select value={queries} disabled={running} onChange={(event) => setQueries(Number(event.target.value))}>
              {queryCounts.map((count) => (
                <option key={count}>{count}</option>
              ))}
            </select>
          </label>
          <fieldset className={css.workloads} disabled={running}>
            <legend>Workloads</legend>
            {workloads.map(({ name }) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={wanted.has(name)}
                  onChange={({ target }) => setWanted(withOrWithout(wanted, name, target.checked))}
                />
                {name}
              </label>
            ))}
          </fieldset>
          <Button type="submit" look={running ? 'plain' : 'primary'} disabled={!running && wanted.size === 0}>
            {running ? 'Stop' : 'Run'}
          </Button>
        </form>
        {results.length > 0 && <Table results={results} />}
        {results.map((result) => (
          <One key={result.workload} result={result} />
        ))}
        <p>
          A browser tells time by tenths of a millisecond, so rounds of many writes are timed together; a figure is that
          of the middle one of the later rounds. Running again counts the reading alone: nobody compares the rows, sends
          them or draws them. <a href="/">Back to Rooms</a>
        </p>
      </div>
    </main>
  )
}

function Table({ results }: { results: readonly Result[] }) {
  return (
    <div className={css.wide} role="region" aria-label="Figures" tabIndex={0}>
      <table data-testid="figures">
        <thead>
          <tr>
            <th scope="col">Workload</th>
            <th scope="col">Rows</th>
            <th scope="col">Live</th>
            <th scope="col">Maintained</th>
            <th scope="col">A write, updated</th>
            <th scope="col">A write, run again</th>
            <th scope="col">Times</th>
            <th scope="col">The write alone</th>
            <th scope="col">First rows, ÷ plain</th>
            <th scope="col">Equal</th>
          </tr>
        </thead>
        <tbody>
          {results.map((result) => {
            const figures = figuresOf(result)
            const { firstRows } = result
            return (
              <tr key={result.workload} data-workload={result.workload} data-equal={String(result.equal)}>
                <th scope="row">{result.workload}</th>
                <td>{result.rows.toLocaleString('en')}</td>
                <td>{result.queries}</td>
                <td>{result.mode ?? '–'}</td>
                <td>{figures ? ms(figures.live) : '–'}</td>
                <td>{figures ? ms(figures.bare + figures.again) : '–'}</td>
                <td data-times={figures?.times ?? ''}>
                  {figures ? `×${figures.times.toFixed(figures.times < 10 ? 1 : 0)}` : '–'}
                </td>
                <td>{figures ? ms(figures.bare) : '–'}</td>
                <td>
                  {firstRows
                    ? `${ms(firstRows.liveMs)}, ×${(firstRows.liveMs / Math.max(firstRows.plainMs, 0.05)).toFixed(1)}`
                    : '–'}
                </td>
                <td>{result.failed ?? (result.equal === null ? result.step : result.equal ? 'yes' : 'NO')}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function One({ result }: { result: Result }) {
  const figures = figuresOf(result)
  const words = figures
    ? `${result.workload}: ${ms(figures.live)} updated, ${ms(figures.bare + figures.again)} run again`
    : result.workload
  return (
    <section className={css.one} aria-label={result.workload}>
      <h2>{result.workload}</h2>
      <pre className={css.sql} tabIndex={0} role="region" aria-label={`SQL of ${result.workload}`}>
        {result.sql}
      </pre>
      <TimingPlot label={words} xLabel="writes" timings={timingsOf(result)} />
    </section>
  )
}

/** One worker after another, so that no figure is disturbed by the rest of another one. */
function useRun() {
  const [results, setResults] = useState<readonly Result[]>([])
  const [running, setRunning] = useState(false)
  const worker = useRef<Worker | null>(null)
  const end = () => {
    worker.current?.terminate()
    worker.current = null
  }
  useEffect(() => end, [])

  function next(runs: readonly RunFigure[]): void {
    const [run, ...rest] = runs
    end()
    if (!run) return setRunning(false)
    const mine = new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module', name: 'bench' })
    worker.current = mine
    const { sql } = workloads.find(({ name }) => name === run.workload)!.query(0)
    setResults((before) => [...before, begun({ ...run, sql: sql.replaceAll(/\n\s+/g, '\n') })])
    const take = (message: FromBench) => {
      if (worker.current !== mine) return
      setResults((before) => [...before.slice(0, -1), goOn(before.at(-1)!, message)])
      if (message.type === 'DONE' || message.type === 'FAILED') next(rest)
    }
    mine.addEventListener('message', ({ data }: MessageEvent<FromBench>) => take(data))
    mine.addEventListener('error', () => take({ type: 'FAILED', message: 'its worker could not be loaded' }))
    mine.postMessage(run)
  }
  return {
    results,
    running,
    start(runs: readonly RunFigure[]) {
      setResults([])
      setRunning(true)
      next(runs)
    },
    stop() {
      end()
      setRunning(false)
    },
  }
}

function withOrWithout(set: ReadonlySet<string>, name: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(set)
  if (isIn) next.add(name)
  else next.delete(name)
  return next
}
