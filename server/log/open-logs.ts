import { join } from 'node:path'
import { keptAlone, type OpenKeeper } from '../accounts-keeper.ts'
import { CannotStart } from '../cannot-start.ts'
import type { Health } from '../health.ts'
import { challengesInMemory, type Challenges } from '../passkeys/challenges.ts'
import type { EventLog } from './event-log.ts'
import { openSqliteEventLog } from './sqlite-event-log.ts'

/** Where the server keeps its logs: in files of its own, or with other servers in NATS JetStream. */
export type LogChoice =
  | { readonly type: 'embedded' }
  | { readonly type: 'nats'; readonly url: string; readonly replicas: number; readonly shards: number }

export interface Logs {
  open(name: LogName): Promise<EventLog>
  /** where accounts are kept: with the logs */
  readonly keeper: OpenKeeper
  challenges(): Promise<Challenges>
  close(): Promise<void>
}
type LogName = keyof typeof prefixes
const prefixes = { events: 'EV', 'durable-streams': 'DS' } as const

export async function openLogs(
  choice: LogChoice,
  folder: { readonly path: string; readonly readOnly: boolean },
  health: Health,
): Promise<Logs> {
  const pathOf = (name: LogName, kind: string) => join(folder.path, `${name}${kind}.db`)
  if (choice.type === 'embedded') {
    const { readOnly } = folder
    return {
      open: (name) => openSqliteEventLog(pathOf(name, ''), health, { readOnly }),
      keeper: keptAlone,
      challenges: async () => challengesInMemory(),
      close: async () => {},
    }
  }
  if (folder.readOnly) throw new CannotStart(`${folder.path} cannot be written to`)
  // whoever does not use it need not load it
  const { connect } = await import('@nats-io/transport-node')
  const { openJetStreamEventLog } = await import('./jetstream-event-log.ts')
  const { sharedAccounts } = await import('../cluster/shared-accounts.ts')
  const { sharedChallenges } = await import('../cluster/shared-challenges.ts')
  const servers = choice.url.split(',')
  const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 250 }).catch((error) => {
    throw new CannotStart(`NATS_URL: there is no NATS server at ${choice.url} (${(error as Error).message})`)
  })
  const { replicas, shards } = choice
  return {
    keeper: sharedAccounts(connection, replicas, health),
    challenges: () => sharedChallenges(connection, replicas),
    open(name) {
      const mirror = pathOf(name, '-mirror')
      return openJetStreamEventLog(connection, health, { prefix: prefixes[name], mirror, replicas, shards })
    },
    close: () => connection.close(),
  }
}

/** EVENT_LOG, NATS_URL, NATS_REPLICAS and NATS_SHARDS; throws CannotStart. */
export function logChoiceFrom(env: Readonly<Record<string, string | undefined>>): LogChoice {
  const type = env['EVENT_LOG'] || 'embedded'
  if (type === 'embedded') return { type }
  if (type !== 'nats') throw new CannotStart(`EVENT_LOG: must be embedded or nats, not ${type}`)
  const url = env['NATS_URL'] || 'nats://127.0.0.1:4222'
  return { type, url, replicas: whole(env, 'NATS_REPLICAS', 3, 5), shards: whole(env, 'NATS_SHARDS', 8, 1024) }
}

function whole(env: Readonly<Record<string, string | undefined>>, name: string, usual: number, most: number): number {
  const value = Number(env[name] || usual)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new CannotStart(`${name}: must be 1 to ${most}`)
}
