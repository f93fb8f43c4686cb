import type { AuthenticatorTransport, WebAuthnCredential } from '@simplewebauthn/server'
import type { PasskeySummary } from '../../schema/messages/http.ts'
import type { Sqlite } from '../sqlite.ts'

/** The public halves of passkeys. Each belongs to one person; a person has several. */
export interface Passkeys {
  /** false: somebody has it already */
  add(actor: string, credential: WebAuthnCredential, name: string): boolean
  find(id: string): StoredPasskey | null
  /** the signature counter after a sign-in: one that does not grow is a copy's */
  used(id: string, counter: number): void
  of(actor: string): PasskeySummary[]
  credentialsOf(actor: string): { id: string; transports?: AuthenticatorTransport[] }[]
  has(actor: string): boolean
  remove(actor: string, id: string): boolean
  removeAll(actor: string): void
}
export interface StoredPasskey {
  readonly actor: string
  readonly credential: WebAuthnCredential
}

interface Row {
  readonly id: string
  readonly actor: string
  readonly public_key: Uint8Array<ArrayBuffer>
  readonly counter: number
  readonly transports: string
  readonly name: string
  readonly created_at: number
  readonly used_at: number | null
}

export function openPasskeys(database: Sqlite, clock: () => number): Passkeys {
  database.exec(`
    CREATE TABLE IF NOT EXISTS passkeys (
      id TEXT PRIMARY KEY, actor TEXT NOT NULL, public_key BLOB NOT NULL, counter INTEGER NOT NULL,
      transports TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS passkeys_by_actor ON passkeys(actor, created_at);
  `)
  const sql = (text: string) => database.prepare(text)
  const insert = sql(
    `INSERT INTO passkeys(id, actor, public_key, counter, transports, name, created_at, used_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING`,
  )
  const one = sql('SELECT * FROM passkeys WHERE id = ?')
  const all = sql('SELECT * FROM passkeys WHERE actor = ? ORDER BY created_at')
  const count = sql('UPDATE passkeys SET counter = ?, used_at = ? WHERE id = ?')
  const removeOne = sql('DELETE FROM passkeys WHERE id = ? AND actor = ?')
  const removeAll = sql('DELETE FROM passkeys WHERE actor = ?')
  const rowsOf = (actor: string) => all.all(actor) as unknown as Row[]

  return {
    add(actor, { id, publicKey, counter, transports = [] }, name) {
      const added = insert.run(id, actor, publicKey, counter, JSON.stringify(transports), name, clock())
      return Number(added.changes) > 0
    },
    find(id) {
      const row = one.get(id) as unknown as Row | undefined
      if (!row) return null
      const credential = { id, publicKey: new Uint8Array(row.public_key), counter: row.counter }
      return { actor: row.actor, credential }
    },
    used: (id, counter) => void count.run(counter, clock(), id),
    of: (actor) =>
      rowsOf(actor).map((row) => ({ id: row.id, name: row.name, addedAt: row.created_at, usedAt: row.used_at })),
    credentialsOf: (actor) =>
      rowsOf(actor).map(({ id, transports }) => ({
        id,
        transports: JSON.parse(transports) as AuthenticatorTransport[],
      })),
    has: (actor) => all.get(actor) !== undefined,
    remove: (actor, id) => Number(removeOne.run(id, actor).changes) > 0,
    removeAll: (actor) => void removeAll.run(actor),
  }
}
