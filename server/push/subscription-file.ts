import { closeSqlite, inTransaction, openSqlite } from '../sqlite.ts'

/** A device that wants to be told: its session, and what its browser gave it. */
export interface NewSubscription {
  readonly session: string
  readonly actor: string
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
}
export interface Subscription extends NewSubscription {
  /** unix ms; since when nothing came through; null: the last one did */
  readonly failingSince: number | null
  /** a push came through, ever */
  readonly proven: boolean
}

/**
 * Subscriptions, in a file of their own. Law: a session has one, an endpoint is one session's. Who names an endpoint that
 * is known must know its secret too: then the browser is the same, and another person has signed in there.
 */
export interface SubscriptionFile {
  get(session: string): Subscription | null
  /** the oldest of the person make room; false: the endpoint is another device's */
  put(subscription: NewSubscription): boolean
  remove(session: string): void
  removeAll(actor: string): void
  /** in memory */
  sessionsOf(actor: string): readonly string[]
  actors(): Iterable<string>
  count(): number
  failing(session: string, since: number): void
  /** a push came through */
  worked(session: string): void
  close(): void
}

export async function openSubscriptionFile(path: string, perPerson: number): Promise<SubscriptionFile> {
  const database = await openSqlite(path, { durable: true })
  database.exec(`
    CREATE TABLE IF NOT EXISTS subscriptions (
      session TEXT PRIMARY KEY, actor TEXT NOT NULL, endpoint TEXT NOT NULL UNIQUE, p256dh TEXT NOT NULL, auth TEXT NOT NULL,
      made_at INTEGER NOT NULL, failing_since INTEGER, proven INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS subscriptions_by_actor ON subscriptions(actor, made_at)`)
  const sql = (text: string) => database.prepare(text)
  const columns = 'session, actor, endpoint, p256dh, auth, failing_since AS failingSince, proven'
  const get = sql(`SELECT ${columns} FROM subscriptions WHERE session = ?`)
  const byEndpoint = sql(`SELECT ${columns} FROM subscriptions WHERE endpoint = ?`)
  const insert = sql(
    'INSERT INTO subscriptions (session, actor, endpoint, p256dh, auth, made_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const remove = sql('DELETE FROM subscriptions WHERE session = ?')
  const setFailing = sql('UPDATE subscriptions SET failing_since = ? WHERE session = ?')
  const setWorked = sql('UPDATE subscriptions SET failing_since = NULL, proven = 1 WHERE session = ?')
  const sessionsByActor = new Map<string, string[]>()
  for (const row of sql('SELECT session, actor FROM subscriptions ORDER BY made_at, session').all()) {
    note(row as { session: string; actor: string })
  }

  function note({ session, actor }: Pick<Subscription, 'session' | 'actor'>): void {
    sessionsByActor.set(actor, [...(sessionsByActor.get(actor) ?? []), session])
  }
  function forget(session: string): void {
    const known = get.get(session) as unknown as Subscription | undefined
    if (!known) return
    remove.run(session)
    const rest = (sessionsByActor.get(known.actor) ?? []).filter((other) => other !== session)
    if (rest.length > 0) sessionsByActor.set(known.actor, rest)
    else sessionsByActor.delete(known.actor)
  }

  return {
    get(session) {
      const row = get.get(session) as unknown as (Omit<Subscription, 'proven'> & { proven: number }) | undefined
      return row ? { ...row, proven: row.proven === 1 } : null
    },
    put: (subscription) => {
      const { session, actor, endpoint, p256dh, auth } = subscription
      const there = byEndpoint.get(endpoint) as unknown as Subscription | undefined
      if (there && (there.p256dh !== p256dh || there.auth !== auth)) return false
      inTransaction(database, () => {
        if (there) forget(there.session)
        forget(session)
        insert.run(session, actor, endpoint, p256dh, auth, Date.now())
        note(subscription)
        for (const old of (sessionsByActor.get(actor) ?? []).slice(0, -perPerson)) forget(old)
      })
      return true
    },
    remove: forget,
    removeAll(actor) {
      for (const session of sessionsByActor.get(actor) ?? []) forget(session)
    },
    sessionsOf: (actor) => sessionsByActor.get(actor) ?? [],
    actors: () => sessionsByActor.keys(),
    count: () => [...sessionsByActor.values()].reduce((sum, sessions) => sum + sessions.length, 0),
    failing: (session, since) => void setFailing.run(since, session),
    worked: (session) => void setWorked.run(session),
    close: () => closeSqlite(database),
  }
}
