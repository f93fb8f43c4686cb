import { JetStreamApiError, jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { randomUUID } from 'node:crypto'
import type { AccountKeeper, OpenKeeper } from '../accounts-keeper.ts'
import type { Health } from '../health.ts'
import { LogSilent } from '../log/event-log.ts'
import { followJetStream, Reached } from '../log/follow-jetstream.ts'
import { whenNatsAnswers } from '../log/when-nats-answers.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { inTransaction, type Sqlite } from '../sqlite.ts'

/**
 * Accounts of several servers: JetStream KV holds one value a person, all rows of their account. Each server has all of them
 * in its own file, which answers every question.
 *
 * Laws: a change is tried on the file and taken back; what it would have made is put into KV on the condition that the value
 * is still the one that the file had. So each change is made on the newest value, a recovery code is used once, and nobody
 * comes back who was deleted: their key keeps a mark. A change resolves when KV and this file have it.
 *
 * Example: person 01A signs in at server 1. Its file would have one more row in `sessions`; the value of `01A` is put with
 * it, as revision 8. Both servers read revision 8 and write its rows into their files.
 */
const tables = ['persons', 'passkeys', 'recovery_codes', 'sessions'] as const
type Row = Readonly<Record<string, string | number | null | Uint8Array>>
type Account = Readonly<Record<(typeof tables)[number], readonly Row[]>>
interface Value {
  /** of one change alone: so it is known again when the answer was lost */
  readonly by: string
  readonly account: Account
}

const answerMs = 1500
/** how long is tried while there is no leader */
const writeMs = 8000
const wrongLastSequence = 10071

export function sharedAccounts(
  connection: NatsConnection,
  replicas: number,
  health: Pick<Health, 'bug' | 'logAnswers' | 'logSilent'>,
  bucket = 'accounts',
): OpenKeeper {
  return async (database) => {
    const client = jetstream(connection, { timeout: answerMs })
    const manager = await whenNatsAnswers(() => jetstreamManager(connection, { timeout: answerMs }))
    const kv = await whenNatsAnswers(() =>
      new Kvm(client).create(bucket, { history: 1, replicas, allow_direct: false }),
    )
    const stream = `KV_${bucket}`
    const { created } = await whenNatsAnswers(() => manager.streams.info(stream))
    const file = openMirror(database, created)
    const reached = new Reached(file.taken())
    /** changes under way; true once their value has come back */
    const own = new Map<string, boolean>()
    const listeners: ((session: string) => void)[] = []

    function take(message: JsMsg): void {
      if (message.seq <= reached.seq) return
      const actor = message.subject.slice(message.subject.lastIndexOf('.') + 1)
      const value = message.data.length > 0 ? parse(message.string()) : null
      const ended = file.put(actor, message.seq, value?.account ?? null)
      if (value && own.has(value.by)) own.set(value.by, true)
      reached.reach(message.seq)
      for (const session of ended) for (const tell of listeners) tell(session)
    }

    /** null: it was not the newest value any more, or nobody answered in time */
    async function put(actor: string, after: number, value: Value): Promise<number | 'stale' | 'unknown'> {
      try {
        if (value.account.persons.length > 0) return await kv.put(actor, stringify(value), { previousSeq: after })
        await kv.purge(actor, { previousSeq: after })
        return (await kv.get(actor))?.revision ?? after
      } catch (error) {
        return error instanceof JetStreamApiError && error.code === wrongLastSequence ? 'stale' : 'unknown'
      }
    }

    async function write<R>(actor: string, work: () => R): Promise<R> {
      const by = randomUUID()
      const deadline = Date.now() + writeMs
      own.set(by, false)
      try {
        for (;;) {
          const after = file.revisionOf(actor)
          const { result, before, account } = file.tryOut(actor, work)
          if (stringify(before) === stringify(account)) return result
          const outcome = await put(actor, after, { by, account })
          if (typeof outcome === 'number') {
            await reached.wait(outcome)
            health.logAnswers()
            return result
          }
          const newest = await kv.get(actor).catch(() => 'unknown' as const)
          if (newest !== 'unknown') {
            if (newest) await reached.wait(newest.revision)
            if (own.get(by)) return result
          }
          if (Date.now() > deadline) {
            health.logSilent()
            throw new LogSilent('too few of the NATS servers answer')
          }
          if (newest === 'unknown') await sleep(100)
        }
      } finally {
        own.delete(by)
      }
    }

    const ask = async () => {
      const { state } = await manager.streams.info(stream)
      await Promise.race([reached.wait(state.last_seq), sleep(answerMs)])
    }
    const failed = (error: unknown) => health.bug(error, 'reading the accounts')
    const following = followJetStream(client, stream, () => reached.seq + 1, take, failed)
    const keeper: AccountKeeper = {
      write,
      catchUp: oneAtATime(() => ask().catch(() => {})), // nobody answers: this server knows what it knows
      onEnded: (listener) => void listeners.push(listener),
      close: () => following.stop(),
    }
    const { state } = await whenNatsAnswers(() => manager.streams.info(stream))
    await reached.wait(state.last_seq)
    // of the time before this server shared its accounts
    for (const actor of file.unshared()) {
      const account = file.account(actor)
      await put(actor, 0, { by: '', account })
    }
    return keeper
  }
}

/** This server's file of all accounts, and which value of KV each came from. */
function openMirror(database: Sqlite, created: string) {
  database.exec(`
    CREATE TABLE IF NOT EXISTS shared (actor TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS shared_from (id INTEGER PRIMARY KEY CHECK (id = 1), created TEXT NOT NULL, taken INTEGER NOT NULL);
  `)
  const known = database.prepare('SELECT created FROM shared_from').get() as { created: string } | undefined
  if (known?.created !== created) {
    // another KV than before: it is given what this file has
    inTransaction(database, () => {
      database.exec('DELETE FROM shared')
      database.prepare('INSERT OR REPLACE INTO shared_from VALUES (1, ?, 0)').run(created)
    })
  }
  const reads = tables.map((table) => database.prepare(`SELECT * FROM ${table} WHERE actor = ?`))
  const removals = tables.map((table) => database.prepare(`DELETE FROM ${table} WHERE actor = ?`))
  const columns = tables.map(
    (table) =>
      new Set((database.prepare(`PRAGMA table_info(${table})`).all() as { name: string }[]).map((c) => c.name)),
  )
  const revision = database.prepare('SELECT revision FROM shared WHERE actor = ?')
  const setRevision = database.prepare('INSERT OR REPLACE INTO shared VALUES (?, ?)')
  const setTaken = database.prepare('UPDATE shared_from SET taken = ?')
  const unshared = database.prepare('SELECT actor FROM persons WHERE actor NOT IN (SELECT actor FROM shared)')

  const account = (actor: string) =>
    Object.fromEntries(tables.map((table, i) => [table, reads[i]!.all(actor)])) as unknown as Account

  function insert(index: number, row: Row): void {
    // a newer server may have more columns
    const names = Object.keys(row).filter((name) => columns[index]!.has(name))
    const places = names.map(() => '?').join(', ')
    const values = names.map((name) => row[name]!)
    database.prepare(`INSERT INTO ${tables[index]!} (${names.join(', ')}) VALUES (${places})`).run(...values)
  }

  return {
    account,
    taken: () => (database.prepare('SELECT taken FROM shared_from').get() as { taken: number }).taken,
    revisionOf: (actor: string) => (revision.get(actor) as { revision: number } | undefined)?.revision ?? 0,
    unshared: () => (unshared.all() as { actor: string }[]).map(({ actor }) => actor),

    /** What `work` would make of an account; it is taken back. */
    tryOut<R>(actor: string, work: () => R) {
      database.exec('BEGIN IMMEDIATE')
      try {
        const before = account(actor)
        const result = work()
        return { result, before, account: account(actor) }
      } finally {
        database.exec('ROLLBACK')
      }
    },

    /** Takes a value of KV; null: the person was deleted. Returns the sessions that ended with it. */
    put(actor: string, seq: number, value: Account | null): string[] {
      return inTransaction(database, () => {
        const before = account(actor).sessions
        for (const removal of removals) removal.run(actor)
        for (const [index, table] of tables.entries()) for (const row of value?.[table] ?? []) insert(index, row)
        setRevision.run(actor, seq)
        setTaken.run(seq)
        const open = new Set(value?.sessions.map(({ token_hash: hash }) => hash))
        return before.map(({ token_hash: hash }) => hash as string).filter((hash) => !open.has(hash))
      })
    },
  }
}

const stringify = (value: Value | Account): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part instanceof Uint8Array ? { base64: Buffer.from(part).toString('base64') } : part,
  )
const parse = (text: string): Value =>
  JSON.parse(text, (_, part: unknown) =>
    typeof part === 'object' && part !== null && 'base64' in part ? Buffer.from(part.base64 as string, 'base64') : part,
  ) as Value
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
