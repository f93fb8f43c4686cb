import { Table2 } from 'lucide-react'
import { Button } from '../../shell/Button.tsx'
import { EmptyPanel } from '../../shell/PanelFrame.tsx'
import { useLate } from '../../shell/use-late.ts'
import { maxRows } from './bounded-select.ts'
import type { Trial } from './use-trial.ts'
import css from './Views.module.css'

/** The rows of a SELECT as a table, live; or why there are none. */
export function Rows({ trial, refused }: { trial: Trial; refused: string | null }) {
  const { result, problem, stopped } = trial
  const waiting = refused === null && problem === null && result.status === 'loading'
  const late = useLate(waiting)
  if (refused !== null || problem !== null) {
    return (
      <div className={css.problem} role="alert">
        <p>{refused ?? problem}</p>
        {stopped && <Button onClick={trial.again}>Run it again</Button>}
      </div>
    )
  }
  if (waiting) return late && <p className={css.note}>Asking…</p>
  const { data } = result
  if (data.length === 0) return <EmptyPanel icon={Table2} text="No rows. They show here as soon as there are some." />
  const columns = Object.keys(data[0]!)
  return (
    <>
      <p className={css.note} role="status">
        {data.length > maxRows ? `The first ${maxRows} rows` : data.length === 1 ? '1 row' : `${data.length} rows`},
        live
      </p>
      <div className={css.table} tabIndex={0} role="region" aria-label="Rows">
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column}>{column}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.slice(0, maxRows).map((row, at) => (
              <tr key={at}>
                {columns.map((column) => (
                  <td key={column} dir="auto">
                    {inWords(row[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (value instanceof Uint8Array) return `${value.length} bytes`
  const text = String(value as string | number | bigint)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
