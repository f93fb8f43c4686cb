import { sql, useLiveQuery, useLiveRow } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { useKept } from '../../shell/use-kept.ts'
import css from './SetAside.module.css'

const setAsideCount = sql<{ readonly count: number }>(`SELECT value AS count FROM meta WHERE key = 'set_aside'`)
const newestSetAside = sql<{ readonly id: number; readonly message: string; readonly space: string | null }>(
  `SELECT r.id, r.message, s.name AS space FROM rejected_events r LEFT JOIN streams h ON h.name = r.stream
   LEFT JOIN spaces s ON s.stream = h.home ORDER BY r.id DESC LIMIT 5`,
)

/** What this device could not read: that it is so, and why. Everything else goes on. What was read here can be put away. */
export function SetAside() {
  const all = useLiveRow(setAsideCount).row?.count ?? 0
  const [seen, keep] = useKept('set-aside-seen')
  // on a device that was cleared the count begins anew
  const count = Number(seen ?? 0) > all ? all : all - Number(seen ?? 0)
  const { data: newest } = useLiveQuery(count > 0 ? newestSetAside : null)
  if (count === 0) return null
  return (
    <details className={css.aside}>
      <summary>
        {count === 1 ? '1 event could not be read' : `${count.toLocaleString()} events could not be read`}
      </summary>
      <p>They are left out here, and nothing else is. The last of them:</p>
      <ul>
        {newest.slice(0, count).map(({ id, message, space }) => (
          <li key={id}>
            {message}
            {space !== null && <span className={css.place}> in {space}</span>}
          </li>
        ))}
      </ul>
      <Button className={css.forget} onClick={() => keep(String(all))}>
        Do not show {count === 1 ? 'it' : 'them'} again
      </Button>
    </details>
  )
}
