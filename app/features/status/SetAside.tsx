import { sql, useLiveQuery, useLiveRow } from '../../live/index.ts'
import css from './SetAside.module.css'

const setAsideCount = sql<{ readonly count: number }>(`SELECT value AS count FROM meta WHERE key = 'set_aside'`)
const newestSetAside = sql<{ readonly id: number; readonly message: string; readonly space: string | null }>(
  `SELECT r.id, r.message, s.name AS space FROM rejected_events r LEFT JOIN spaces s ON s.stream = r.stream
   ORDER BY r.id DESC LIMIT 5`,
)

/** What this device could not read: that it is so, and why. Everything else goes on. */
export function SetAside() {
  const count = useLiveRow(setAsideCount).row?.count ?? 0
  const { data: newest } = useLiveQuery(count > 0 ? newestSetAside : null)
  if (count === 0) return null
  return (
    <details className={css.aside}>
      <summary>
        {count === 1 ? '1 event could not be read' : `${count.toLocaleString()} events could not be read`}
      </summary>
      <p>They are left out here, and nothing else is. The last of them:</p>
      <ul>
        {newest.map(({ id, message, space }) => (
          <li key={id}>
            {message}
            {space !== null && <span className={css.place}> in {space}</span>}
          </li>
        ))}
      </ul>
    </details>
  )
}
