import type { SqlValue } from '../../../../schema/live.ts'
import { columnsShown } from './console-bounds.ts'
import css from './Console.module.css'

const lettersShown = 300

/** Rows as SQLite gave them. `changed`: the number of the change that a row had last; another number is another flash. */
export function ResultTable(props: {
  columns: readonly string[]
  rows: readonly (readonly SqlValue[])[]
  keys: readonly string[]
  changed: ReadonlyMap<string, number>
}) {
  const columns = props.columns.slice(0, columnsShown)
  return (
    <table className={css.table}>
      <thead>
        <tr>
          {columns.map((name, at) => (
            <th key={at} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row, at) => {
          const key = props.keys[at]!
          const change = props.changed.get(key)
          return (
            <tr key={key} data-changed={change} data-flash={change === undefined ? undefined : change % 2}>
              {columns.map((_name, column) => (
                <td key={column}>{shownValue(row[column] ?? null)}</td>
              ))}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function shownValue(value: SqlValue) {
  if (value === null) return <span className={css.faint}>NULL</span>
  if (value instanceof Uint8Array) return <span className={css.faint}>{value.length} bytes</span>
  const text = String(value)
  return text.length > lettersShown ? `${text.slice(0, lettersShown)}…` : text
}
