import { createRoot } from 'react-dom/client'
import { connect } from '../../package/client.ts'
import { queryBuilder } from '../../package/kysely.ts'
import { useClientStatus, useLiveQuery, useLiveRow } from '../../package/react.ts'
import type { todo } from './db.worker.ts'

const db = connect<typeof todo>({
  name: 'todo',
  worker: (name) => new Worker(new URL('./db.worker.ts', import.meta.url), { type: 'module', name }),
  coordinator: (name) =>
    new SharedWorker(new URL('./coordinator.worker.ts', import.meta.url), { type: 'module', name }),
})
const q = queryBuilder<{ todo: { id: number; title: string; done: number } }>()
const all = q.selectFrom('todo').selectAll().orderBy('id')
const left = q
  .selectFrom('todo')
  .where('done', '=', 0)
  .select((is) => is.fn.countAll<number>().as('count'))

function Todos() {
  const { data } = useLiveQuery(db, all)
  const { row } = useLiveRow(db, left)
  const { role, storage } = useClientStatus(db)
  return (
    <main>
      <h1>{row?.count ?? 0} to do</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const title = event.currentTarget.elements.namedItem('title') as HTMLInputElement
          void db.call('add', title.value)
          title.value = ''
        }}
      >
        <input name="title" aria-label="What is to be done" required /> <button>Add</button>
      </form>
      <ul>
        {data.map(({ id, title, done }) => (
          <li key={id}>
            <label>
              <input type="checkbox" checked={done === 1} onChange={() => void db.call('toggle', id)} /> {title}
            </label>
          </li>
        ))}
      </ul>
      <button onClick={() => void db.call('clear')}>Remove what is done</button>
      <p role="status">
        {role}, {storage === 'memory' ? 'not stored' : storage}
      </p>
    </main>
  )
}
createRoot(document.getElementById('root')!).render(<Todos />)
