import { closeSqlite, openSqlite } from '../../sqlite.ts'
import { newPrivateKey, signingKey, type SigningKey } from './signing-key.ts'
import type { Subscription } from './subscription.ts'

/** Subscriptions and the webhooks' key, in a file of their own. */
export interface SubscriptionFile {
  readonly key: SigningKey
  load(): Subscription[]
  save(subscription: Subscription): void
  remove(owner: string, id: string): void
  close(): void
}

export async function openSubscriptionFile(path: string, { readOnly = false } = {}): Promise<SubscriptionFile> {
  const database = await openSqlite(path, { durable: true, readOnly })
  database.exec(`
    CREATE TABLE IF NOT EXISTS subscriptions (
      owner TEXT NOT NULL,
      id TEXT NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (owner, id)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS signing_key (id INTEGER PRIMARY KEY CHECK (id = 1), pem TEXT NOT NULL)`)
  const stored = database.prepare('SELECT pem FROM signing_key').get() as { pem: string } | undefined
  const pem = stored?.pem ?? newPrivateKey()
  if (!stored) database.prepare('INSERT INTO signing_key(id, pem) VALUES (1, ?)').run(pem)
  const all = database.prepare('SELECT data FROM subscriptions')
  const put = database.prepare('INSERT OR REPLACE INTO subscriptions(owner, id, data) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM subscriptions WHERE owner = ? AND id = ?')
  return {
    key: signingKey(pem),
    load: () => (all.all() as { data: string }[]).map(({ data }) => JSON.parse(data) as Subscription),
    save: (subscription) => void put.run(subscription.owner, subscription.id, JSON.stringify(subscription)),
    remove: (owner, id) => void remove.run(owner, id),
    close: () => closeSqlite(database),
  }
}
