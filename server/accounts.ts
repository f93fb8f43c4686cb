import type { WebAuthnCredential } from '@simplewebauthn/server'
import { createHash, randomBytes } from 'node:crypto'
import { ulid } from 'ulid'
import type { Device, Identity } from '../schema/messages/http.ts'
import { importerPrefix } from '../schema/rights/importers.ts'
import { keptAlone, type OpenKeeper } from './accounts-keeper.ts'
import { openPasskeys, type Passkeys } from './passkeys/passkeys.ts'
import { openRecoveryCodes, type RecoveryCodes } from './passkeys/recovery-codes.ts'
import { closeSqlite, openSqlite, type Sqlite } from './sqlite.ts'

/**
 * Persons, their sessions, and the passkeys and recovery codes that open new ones. A session's token is random and known
 * to its device alone: only its hash is stored. A person without a passkey is a guest: their cookie is all that they have.
 */
export interface Accounts {
  readonly passkeys: Pick<Passkeys, 'find' | 'of' | 'credentialsOf' | 'has'>
  readonly recoveryCodes: Pick<RecoveryCodes, 'left'>
  /** an id that no person has */
  newActor(): string
  /** a new person, and the token of their first session; `device` is what the person's list of devices calls it */
  signInGuest(name: string, options?: { importer?: boolean; device?: string }): Promise<SignedIn>
  /** the same with an id from `newActor`, for a person who comes with a passkey; null: somebody has that already */
  register(
    actor: string,
    name: string,
    device: string,
    passkey: WebAuthnCredential,
  ): Promise<(SignedIn & { codes: readonly string[] }) | null>
  /** one more session of a person who is known; null: there is no such person any more */
  signIn(actor: string, device: string): Promise<SignedIn | null>
  /** who has the token, and what the session is called (its token's hash) */
  whoIs(token: string): (Identity & { session: string }) | null
  /** ends the session that has this token; returns what it was called */
  signOut(token: string): Promise<string>
  /** the sessions of a person that are open, the newest use first */
  devices(actor: string, current: string): Device[]
  /** ends a session of this person; false: they have none that is called so */
  endSession(actor: string, session: string): Promise<boolean>
  isOpen(session: string): boolean
  nameOf(actor: string): string | null
  rename(actor: string, name: string): Promise<void>
  /** One more passkey; who has no recovery codes gets ten. null: somebody has it already. */
  addPasskey(
    actor: string,
    passkey: WebAuthnCredential,
    name: string,
  ): Promise<{ readonly codes: readonly string[] | null } | null>
  removePasskey(actor: string, id: string): Promise<void>
  /** the signature counter after a sign-in */
  usedPasskey(actor: string, id: string, counter: number): Promise<void>
  renewCodes(actor: string): Promise<string[]>
  /** whose code it is, which is used up with this; null: nobody's */
  useCode(code: string): Promise<string | null>
  /** Ends every session and forgets name, passkeys and codes; nobody is this person again. Returns the sessions. */
  remove(actor: string): Promise<string[]>
  /** tells of sessions that ended at any of the servers that share these accounts */
  onEnded(listener: (session: string) => void): void
  /** resolves once this server knows what all of them knew when it was asked; null: there are no others */
  readonly catchUp: (() => Promise<void>) | null
  close(): void
}
export interface SignedIn {
  readonly identity: Identity
  readonly token: string
}

export const sessionSeconds = 400 * 24 * 3600 // the longest that browsers keep a cookie
const maxSessions = 50
const seenEveryMs = 3600_000

/** what the author of a message is called once their account is deleted */
export const deletedName = 'Deleted account'

export async function openAccounts(
  path: string,
  {
    clock = Date.now,
    readOnly = false,
    keeper: openKeeper = keptAlone,
  }: { clock?: () => number; readOnly?: boolean; keeper?: OpenKeeper } = {},
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
  addColumn(database, 'sessions', "device TEXT NOT NULL DEFAULT 'Unknown device'")
  addColumn(database, 'sessions', 'seen_at INTEGER NOT NULL DEFAULT 0')
  database.exec('CREATE INDEX IF NOT EXISTS sessions_by_actor ON sessions(actor, seen_at)')
  const passkeys = openPasskeys(database, clock)
  const recoveryCodes = openRecoveryCodes(database)
  const sql = (text: string) => database.prepare(text)
  const insertPerson = sql('INSERT INTO persons(actor, name, created_at) VALUES (?, ?, ?)')
  const insertSession = sql(
    'INSERT INTO sessions(token_hash, actor, device, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const endOldest = sql(
    `DELETE FROM sessions WHERE token_hash IN
       (SELECT token_hash FROM sessions WHERE actor = ? ORDER BY seen_at DESC LIMIT -1 OFFSET ${maxSessions})`,
  )
  const findSession = sql(
    'SELECT actor, name, seen_at FROM sessions JOIN persons USING (actor) WHERE token_hash = ? AND expires_at > ?',
  )
  const seeSession = sql('UPDATE sessions SET seen_at = ? WHERE token_hash = ?')
  const deleteSession = sql('DELETE FROM sessions WHERE token_hash = ? OR expires_at <= ?')
  const deleteExpired = sql('DELETE FROM sessions WHERE actor = ? AND expires_at <= ?')
  const deleteOwn = sql('DELETE FROM sessions WHERE token_hash = ? AND actor = ?')
  const openSession = sql('SELECT 1 FROM sessions WHERE token_hash = ? AND expires_at > ?')
  const sessionsOf = sql(
    `SELECT token_hash, device, created_at, seen_at FROM sessions WHERE actor = ? AND expires_at > ?
     ORDER BY seen_at DESC`,
  )
  const findName = sql('SELECT name FROM persons WHERE actor = ?')
  const setName = sql('UPDATE persons SET name = ? WHERE actor = ?')
  const deletePerson = sql('DELETE FROM persons WHERE actor = ?')
  const deleteSessions = sql('DELETE FROM sessions WHERE actor = ?')
  const keeper = await openKeeper(database)

  function openOne(identity: Identity, device: string): SignedIn {
    const token = randomBytes(32).toString('base64url')
    const now = clock()
    deleteExpired.run(identity.actor, now)
    insertSession.run(hash(token), identity.actor, device, now, now, now + sessionSeconds * 1000)
    endOldest.run(identity.actor)
    return { identity, token }
  }

  function nameOf(actor: string): string | null {
    return (findName.get(actor) as { name: string } | undefined)?.name ?? null
  }

  const newActor = () => ulid(clock())
  const open = (token: string) => {
    const session = hash(token)
    const row = findSession.get(session, clock()) as { actor: string; name: string; seen_at: number } | undefined
    return row ? { ...row, session } : null
  }

  const seeing = new Set<string>()
  /** When a device was last there is good to know; that it cannot be written down ends no request. */
  function see(actor: string, session: string, seenAt: number): void {
    if (clock() - seenAt < seenEveryMs || readOnly || seeing.has(session)) return
    seeing.add(session)
    void keeper
      .write(actor, () => void seeSession.run(clock(), session))
      .catch(() => {}) // the disk is full: the next request tries again
      .finally(() => seeing.delete(session))
  }

  return {
    passkeys,
    recoveryCodes,
    newActor,
    catchUp: keeper.catchUp,
    onEnded: (listener) => keeper.onEnded(listener),
    signInGuest(name, { importer = false, device = 'Unknown device' } = {}) {
      const actor = (importer ? importerPrefix : '') + newActor()
      return keeper.write(actor, () => {
        insertPerson.run(actor, name, clock())
        return openOne({ actor, name }, device)
      })
    },
    register: (actor, name, device, passkey) =>
      keeper.write(actor, () => {
        if (!passkeys.add(actor, passkey, device)) return null
        insertPerson.run(actor, name, clock())
        return { ...openOne({ actor, name }, device), codes: recoveryCodes.renew(actor) }
      }),
    signIn: (actor, device) =>
      keeper.write(actor, () => {
        const name = nameOf(actor)
        return name === null ? null : openOne({ actor, name }, device)
      }),
    whoIs(token) {
      const row = open(token)
      if (!row) return null
      see(row.actor, row.session, row.seen_at)
      return { actor: row.actor, name: row.name, session: row.session }
    },
    async signOut(token) {
      const row = open(token)
      if (row) await keeper.write(row.actor, () => void deleteSession.run(row.session, clock()))
      return hash(token)
    },
    devices: (actor, current) =>
      (sessionsOf.all(actor, clock()) as unknown as SessionRow[]).map((row) => ({
        session: row.token_hash,
        name: row.device,
        signedInAt: row.created_at,
        seenAt: row.seen_at,
        current: row.token_hash === current,
      })),
    endSession: (actor, session) => keeper.write(actor, () => Number(deleteOwn.run(session, actor).changes) > 0),
    isOpen: (session) => openSession.get(session, clock()) !== undefined,
    nameOf,
    rename: (actor, name) => keeper.write(actor, () => void setName.run(name, actor)),
    addPasskey: (actor, passkey, name) =>
      keeper.write(actor, () => {
        if (nameOf(actor) === null || !passkeys.add(actor, passkey, name)) return null
        return { codes: recoveryCodes.left(actor) === 0 ? recoveryCodes.renew(actor) : null }
      }),
    removePasskey: (actor, id) => keeper.write(actor, () => void passkeys.remove(actor, id)),
    usedPasskey: (actor, id, counter) => keeper.write(actor, () => passkeys.used(id, counter)),
    renewCodes: (actor) => keeper.write(actor, () => recoveryCodes.renew(actor)),
    async useCode(code) {
      const actor = recoveryCodes.ownerOf(code)
      return actor === null ? null : keeper.write(actor, () => recoveryCodes.use(code))
    },
    remove: (actor) =>
      keeper.write(actor, () => {
        const ended = (sessionsOf.all(actor, 0) as unknown as SessionRow[]).map((row) => row.token_hash)
        deleteSessions.run(actor)
        deletePerson.run(actor)
        passkeys.removeAll(actor)
        recoveryCodes.removeAll(actor)
        return ended
      }),
    close() {
      keeper.close()
      closeSqlite(database)
    },
  }
}

interface SessionRow {
  readonly token_hash: string
  readonly device: string
  readonly created_at: number
  readonly seen_at: number
}

/** A guest's cookie is all that they have: their sessions outlive an update of the server. */
function addColumn(database: Sqlite, table: string, column: string): void {
  const name = column.split(' ', 1)[0]
  const known = database.prepare(`SELECT 1 FROM pragma_table_info('${table}') WHERE name = ?`).get(name!)
  if (!known) database.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`)
}

const hash = (token: string): string => createHash('sha256').update(token).digest('base64url')
