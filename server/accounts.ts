import { createHash, randomBytes } from 'node:crypto'
import { ulid } from 'ulid'
import type { Identity } from '../schema/messages/http.ts'
import { openSqlite } from './sqlite.ts'
import { importerPrefix } from './space-state.ts'

/** Persons and their sessions. A session's token is random and known to its device alone: only its hash is stored. */
export interface Accounts {
  createPerson(name: string, options?: { importer?: boolean }): Identity
  /** the new session's token */
  signIn(actor: string): string
  whoIs(token: string): Identity | null
  signOut(token: string): void
  nameOf(actor: string): string | null
  close(): void
}

export const sessionSeconds = 400 * 24 * 3600 // the longest that browsers keep a cookie

export async function openAccounts(path: string, clock: () => number = Date.now): Promise<Accounts> {
  const database = await openSqlite(path, { durable: true })
  database.exec(`
    CREATE TABLE IF NOT EXISTS persons (
      actor TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sessions (
      token_hash TEXT PRIMARY KEY, actor TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
    ) WITHOUT ROWID;
  `)
  const insertPerson = database.prepare('INSERT INTO persons(actor, name, created_at) VALUES (?, ?, ?)')
  const insertSession = database.prepare(
    'INSERT INTO sessions(token_hash, actor, created_at, expires_at) VALUES (?, ?, ?, ?)',
  )
  const findSession = database.prepare(
    'SELECT actor, name FROM sessions JOIN persons USING (actor) WHERE token_hash = ? AND expires_at > ?',
  )
  const deleteSession = database.prepare('DELETE FROM sessions WHERE token_hash = ? OR expires_at <= ?')
  const findName = database.prepare('SELECT name FROM persons WHERE actor = ?')

  return {
    createPerson(name, { importer = false } = {}) {
      const actor = (importer ? importerPrefix : '') + ulid(clock())
      insertPerson.run(actor, name, clock())
      return { actor, name }
    },
    signIn(actor) {
      const token = randomBytes(32).toString('base64url')
      insertSession.run(hash(token), actor, clock(), clock() + sessionSeconds * 1000)
      return token
    },
    whoIs(token) {
      const row = findSession.get(hash(token), clock()) as { actor: string; name: string } | undefined
      return row ? { actor: row.actor, name: row.name } : null
    },
    signOut(token) {
      deleteSession.run(hash(token), clock())
    },
    nameOf(actor) {
      return (findName.get(actor) as { name: string } | undefined)?.name ?? null
    },
    close: () => database.close(),
  }
}

const hash = (token: string): string => createHash('sha256').update(token).digest('base64url')
