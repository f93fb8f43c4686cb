import { createHash, randomBytes } from 'node:crypto'
import { ulid } from 'ulid'
import type { Identity } from '../schema/messages/http.ts'
import { importerPrefix } from '../schema/rights/importers.ts'
import { closeSqlite, inTransaction, openSqlite } from './sqlite.ts'

/** Persons and their sessions. A session's token is random and known to its device alone: only its hash is stored. */
export interface Accounts {
  /** a new person, and the token of their first session */
  signInGuest(name: string, options?: { importer?: boolean }): { identity: Identity; token: string }
  /** who has the token, and what the session is called (its token's hash) */
  whoIs(token: string): (Identity & { session: string }) | null
  /** ends the session that has this token; returns what it was called */
  signOut(token: string): string
  isOpen(session: string): boolean
  nameOf(actor: string): string | null
  close(): void
}

export const sessionSeconds = 400 * 24 * 3600 // the longest that browsers keep a cookie

export async function openAccounts(
  path: string,
  { clock = Date.now, readOnly = false }: { clock?: () => number; readOnly?: boolean } = {},
): Promise<Accounts> {
  const database = await openSqlite(path, { durable: true, readOnly })
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
  const openSession = database.prepare('SELECT 1 FROM sessions WHERE token_hash = ? AND expires_at > ?')
  const findName = database.prepare('SELECT name FROM persons WHERE actor = ?')

  return {
    signInGuest(name, { importer = false } = {}) {
      const actor = (importer ? importerPrefix : '') + ulid(clock())
      const token = randomBytes(32).toString('base64url')
      inTransaction(database, () => {
        insertPerson.run(actor, name, clock())
        insertSession.run(hash(token), actor, clock(), clock() + sessionSeconds * 1000)
      })
      return { identity: { actor, name }, token }
    },
    whoIs(token) {
      const session = hash(token)
      const row = findSession.get(session, clock()) as { actor: string; name: string } | undefined
      return row ? { actor: row.actor, name: row.name, session } : null
    },
    signOut(token) {
      const session = hash(token)
      deleteSession.run(session, clock())
      return session
    },
    isOpen: (session) => openSession.get(session, clock()) !== undefined,
    nameOf(actor) {
      return (findName.get(actor) as { name: string } | undefined)?.name ?? null
    },
    close: () => closeSqlite(database),
  }
}

const hash = (token: string): string => createHash('sha256').update(token).digest('base64url')
