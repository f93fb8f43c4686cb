import { closeSqlite, inTransaction, openSqlite } from '../sqlite.ts'

/**
 * What is known of each file: how large it is and what, who brought it, what is on its way, and which messages name it. Durable:
 * from it follows what may be thrown away.
 */
export interface BlobIndex {
  blob(sha256: string): { readonly size: number; readonly type: string } | null
  owns(actor: string, sha256: string): boolean
  /** bytes of a person: of their files, and those announced of uploads */
  usedBy(actor: string): number
  uploadOf(actor: string, sha256: string): { readonly size: number } | null
  beginUpload(actor: string, sha256: string, size: number, now: number): void
  endUpload(actor: string, sha256: string): void
  /** it is stored: the upload becomes a file of the person's */
  stored(actor: string, sha256: string, size: number, type: string, now: number): void
  /** False, and nothing is noted: one of the files is not there (any more). */
  name(mentions: readonly Mention[], now: number): boolean
  unname(mention: Mention): void
  namedBy(stream: string, message: string): readonly string[]
  isNamed(sha256: string): boolean
  /** mentions that were noted before a time, and of which nobody knows whether the message was written */
  unproven(before: number, limit: number): readonly Mention[]
  proven(mention: Mention): void
  /** files that no message names since a time; uploads that were begun before it */
  unnamed(before: number): readonly string[]
  stale(before: number): readonly { readonly actor: string; readonly sha256: string }[]
  forget(sha256: string): void
  close(): void
}
export interface Mention {
  readonly sha256: string
  readonly stream: string
  readonly message: string
}

export async function openBlobIndex(path: string): Promise<BlobIndex> {
  const database = await openSqlite(path, { durable: true })
  database.exec(`
    CREATE TABLE IF NOT EXISTS blobs (
      sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS owners (
      actor TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (actor, sha256)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS owners_by_blob ON owners(sha256);
    CREATE TABLE IF NOT EXISTS uploads (
      actor TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (actor, sha256)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS mentions (
      stream TEXT NOT NULL, message TEXT NOT NULL, sha256 TEXT NOT NULL, at INTEGER NOT NULL,
      proven INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (stream, message, sha256)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS mentions_by_blob ON mentions(sha256);
    CREATE INDEX IF NOT EXISTS mentions_unproven ON mentions(at) WHERE proven = 0;
  `)
  const blob = database.prepare('SELECT size, type FROM blobs WHERE sha256 = ?')
  const owner = database.prepare('SELECT 1 FROM owners WHERE actor = ? AND sha256 = ?')
  const used = database.prepare(
    `SELECT ifnull((SELECT sum(size) FROM owners WHERE actor = ?1), 0)
       + ifnull((SELECT sum(size) FROM uploads WHERE actor = ?1), 0) AS used`,
  )
  const upload = database.prepare('SELECT size FROM uploads WHERE actor = ? AND sha256 = ?')
  const beginUpload = database.prepare('INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?)')
  const endUpload = database.prepare('DELETE FROM uploads WHERE actor = ? AND sha256 = ?')
  const addBlob = database.prepare('INSERT INTO blobs VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at')
  const addOwner = database.prepare('INSERT INTO owners VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const addMention = database.prepare(
    'INSERT INTO mentions (stream, message, sha256, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const dropMention = database.prepare('DELETE FROM mentions WHERE stream = ? AND message = ? AND sha256 = ?')
  const touch = database.prepare('UPDATE blobs SET at = ? WHERE sha256 = ?')
  const mentionsOf = database.prepare('SELECT sha256 FROM mentions WHERE stream = ? AND message = ?')
  const named = database.prepare('SELECT 1 FROM mentions WHERE sha256 = ? LIMIT 1')
  const unproven = database.prepare(
    'SELECT stream, message, sha256 FROM mentions WHERE proven = 0 AND at < ? ORDER BY at LIMIT ?',
  )
  const prove = database.prepare('UPDATE mentions SET proven = 1 WHERE stream = ? AND message = ? AND sha256 = ?')
  const unnamed = database.prepare(
    'SELECT sha256 FROM blobs b WHERE at < ? AND NOT EXISTS (SELECT 1 FROM mentions m WHERE m.sha256 = b.sha256)',
  )
  const stale = database.prepare('SELECT actor, sha256 FROM uploads WHERE at < ?')
  const forget = ['blobs', 'owners'].map((table) => database.prepare(`DELETE FROM ${table} WHERE sha256 = ?`))

  return {
    blob: (sha256) => (blob.get(sha256) as { size: number; type: string } | undefined) ?? null,
    owns: (actor, sha256) => owner.get(actor, sha256) !== undefined,
    usedBy: (actor) => (used.get(actor) as { used: number }).used,
    uploadOf: (actor, sha256) => (upload.get(actor, sha256) as { size: number } | undefined) ?? null,
    beginUpload: (actor, sha256, size, now) => void beginUpload.run(actor, sha256, size, now),
    endUpload: (actor, sha256) => void endUpload.run(actor, sha256),
    stored(actor, sha256, size, type, now) {
      inTransaction(database, () => {
        endUpload.run(actor, sha256)
        addBlob.run(sha256, size, type, now)
        addOwner.run(actor, sha256, size)
      })
    },
    name(mentions, now) {
      if (!mentions.every(({ sha256 }) => blob.get(sha256) !== undefined)) return false
      inTransaction(database, () => {
        for (const { stream, message, sha256 } of mentions) addMention.run(stream, message, sha256, now)
      })
      return true
    },
    unname({ stream, message, sha256 }) {
      inTransaction(database, () => {
        dropMention.run(stream, message, sha256)
        touch.run(Date.now(), sha256)
      })
    },
    namedBy: (stream, message) => mentionsOf.all(stream, message).map((row) => row['sha256'] as string),
    isNamed: (sha256) => named.get(sha256) !== undefined,
    unproven: (before, limit) => unproven.all(before, limit) as unknown as Mention[],
    proven: ({ stream, message, sha256 }) => void prove.run(stream, message, sha256),
    unnamed: (before) => unnamed.all(before).map((row) => row['sha256'] as string),
    stale: (before) => stale.all(before) as unknown as { actor: string; sha256: string }[],
    forget: (sha256) => inTransaction(database, () => forget.forEach((statement) => statement.run(sha256))),
    close: () => closeSqlite(database),
  }
}
