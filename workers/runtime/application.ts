import type { LiveDatabase } from '../../dataflow/index.ts'
import type { ApplicationStatus } from '../../schema/messages/runtime/status.ts'
import type { Context } from '../../schema/messages/runtime/tab.ts'
import type { ByteSource } from './storage/attached-bytes.ts'
import type { RawSql } from './serving/raw-sql.ts'

/**
 * What the runtime is given: an application of it, made by `defineDatabase`. It runs in the Dedicated Worker of each tab; it is
 * opened in the leader's alone, and again in the next leader's. Everything here is synchronous.
 * What the runtime owes: migrations, `opened` and commands run one after another, with the database lock held. What it expects:
 * an application writes through the database that it is given, and a write is safe to lose only if it was never answered.
 */
export interface Application<Name extends string = string, Commands = unknown> {
  /** names locks, channels and files, so that two applications of one origin do not meet */
  readonly name: Name
  /** SQL of each schema version, in order; each runs once, in a transaction of its own. Never change one that has shipped. */
  readonly migrations: readonly string[]
  readonly commands: Commands
  /** queries that a follower asks of an empty database in an idle moment: its promotion then runs warm code */
  readonly rehearsal: readonly string[]
  opened(database: ApplicationDatabase): Session
  /** As much as can still be read of what only this database holds: it may be damaged. */
  salvage(sql: RawSql): readonly Rescued[]
}

export type AnyApplication = Application<string, Readonly<Record<string, Command<never>>>>

/**
 * A command: it gets what `opened` returned (or the database), and an argument and result that can be cloned. It runs in one
 * transaction, once for each call: a call that is repeated after its leader died is answered with what was answered before.
 */
export type Command<State> = (state: State, argument: never) => unknown

/** The open database, as an application uses it. */
export interface ApplicationDatabase extends Pick<LiveDatabase, 'run' | 'all'> {
  /** All or none, and one turn of the live queries. Within a command it is part of the command's. */
  transaction<T>(work: () => T): T
  /** Prepared statements on the same connection, for whoever writes much: only inside a transaction. */
  readonly sql: RawSql
  /** Makes a database that is only bytes readable under a name, outside of a transaction. Returns how to let go of it. */
  attach(name: string, bytes: ByteSource): () => void
  /** An empty database in memory, of its own: what is done in it touches nothing else. It lives as long as the worker. */
  scratch(): RawSql
  /** A new database in memory, there under a name while `fill` runs; its bytes. Outside of a transaction. */
  build(name: string, fill: () => void): Uint8Array
  /** above that of every earlier leader */
  readonly epoch: number
  /** made with the database's file, and unlike any other file's */
  readonly generation: string
  /** no room on the device: what can wait is not to be taken in */
  readonly full: boolean
  /** To the peer (schema/messages/runtime/peer.ts): a thread beside the tabs. */
  toPeer(message: unknown): void
  /** Work for later; the returned function cancels it. What it changes reaches the tabs when it ends, as from a command. */
  after(ms: number, work: () => void): () => void
  /** An error of the device that was met outside of a call, such as in a timer. */
  failed(error: unknown): void
}

/** What an application does besides its commands; all of it may be left out. */
export interface Session {
  /** what every tab's status shows; the same object until it changes. Read behind each request, transaction and work of `after` */
  status?(): ApplicationStatus
  /** what the tabs said of themselves (`client.setContext`), whenever it changes and when a leader opens */
  context?(context: Context): void
  /** a message of the peer */
  peer?(message: unknown): void
  /** there is room on the device again */
  roomAgain?(): void
  /** what only this database holds, and is to be kept elsewhere when it is lost */
  pending?(): readonly Rescued[]
  /** puts that into this database */
  restore?(rescued: readonly Rescued[]): void
}

/** Kept in IndexedDB while no database has it. */
export interface Rescued {
  readonly key: string
  readonly value: unknown
}

/** Marks a command that has the same effect however often it runs: no answer is kept for it, and it begins its transactions itself. */
export function idempotent<Work extends Command<never>>(work: Work): Work {
  idempotents.add(work)
  return work
}
/** Marks a command that only reads: as `idempotent`, and its leader does not remember what it answered either. */
export function reading<Work extends Command<never>>(work: Work): Work {
  readings.add(work)
  return idempotent(work)
}
const readings = new WeakSet<Command<never>>()
export function isReading(work: Command<never>): boolean {
  return readings.has(work)
}
const idempotents = new WeakSet<Command<never>>()
export function isIdempotent(work: Command<never>): boolean {
  return idempotents.has(work)
}

interface Definition<Name extends string> {
  readonly name: Name
  readonly migrations: readonly string[]
  readonly rehearsal?: readonly string[]
  readonly salvage?: (sql: RawSql) => readonly Rescued[]
}

/** An application of plain tables: its commands get the database. */
export function defineDatabase<
  const Name extends string,
  Commands extends Readonly<Record<string, Command<ApplicationDatabase>>>,
>(definition: Definition<Name> & { readonly commands: Commands }): Application<Name, Commands>
/** One with a state of its own: its commands get what `opened` returns. */
export function defineDatabase<
  const Name extends string,
  State extends Session,
  Commands extends Readonly<Record<string, Command<State>>>,
>(
  definition: Definition<Name> & {
    readonly opened: (database: ApplicationDatabase) => State
    readonly commands: Commands
  },
): Application<Name, Commands>
export function defineDatabase<Name extends string, Commands>({
  opened = (database: ApplicationDatabase) => database as Session,
  ...definition
}: Definition<Name> & {
  readonly opened?: (database: ApplicationDatabase) => Session
  readonly commands: Commands
}): Application<Name, Commands> {
  const { name } = definition
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error(`"${name}" cannot name files and locks: use small letters, digits and -`)
  return { rehearsal: [], salvage: () => [], opened, ...definition }
}
