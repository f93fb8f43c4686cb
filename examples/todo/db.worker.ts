import { defineDatabase, serveDatabase } from '../../package/worker.ts'

const createTodo = `CREATE TABLE todo (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0
)`

/** The only place that knows the tables. */
export const todo = defineDatabase({
  name: 'todo',
  migrations: [createTodo],
  commands: {
    add: (db, title: string) => db.run('INSERT INTO todo (title) VALUES (?)', [title]),
    toggle: (db, id: number) => db.run('UPDATE todo SET done = 1 - done WHERE id = ?', [id]),
    clear: (db) => db.run('DELETE FROM todo WHERE done = 1'),
  },
})
serveDatabase(todo)
