import { randomBytes, timingSafeEqual, createHash } from 'node:crypto'

/**
 * A durable cursor over streams that wakes a worker when one of them has more. Pure: the state goes in, what changed comes
 * out in it; who delivers, waits and writes it down is in `service.ts`.
 *
 * A wake is in flight from when it is issued until it is released, or its lease ends. There is one at a time. Each has a
 * greater generation and a secret of its own, so what comes late for an older one is fenced off.
 */
export interface Config {
  readonly type: 'webhook' | 'pull-wake'
  readonly pattern: string | null
  readonly streams: readonly string[]
  readonly webhookUrl: string | null
  readonly wakeStream: string | null
  readonly leaseMs: number
  readonly description: string | null
}
export interface Subscription {
  readonly owner: string
  readonly id: string
  readonly config: Config
  /** where its maker reached this server: webhooks are told to call back there */
  readonly root: string
  readonly createdAt: number
  /** streams that were named; `config.pattern` matches more */
  explicit: string[]
  /** of each stream that it follows, the position that was worked off */
  acked: Record<string, number>
  generation: number
  wake: Wake | null
  /** of a webhook that could not be reached */
  retry: { readonly attempt: number; readonly at: number } | null
}
export interface Wake {
  readonly id: string
  readonly secretHash: string
  /** the ends of the streams when it was issued */
  readonly tails: Readonly<Record<string, number>>
  /** who claimed it; null: nobody yet, or it is a webhook's */
  holder: string | null
  /** unix ms; null: it waits to be claimed, or to be delivered again */
  leaseUntil: number | null
}

/** The present end of each stream that the subscription follows. */
export type Tails = Readonly<Record<string, number>>

export const hasPending = (subscription: Subscription, tails: Tails): boolean =>
  Object.entries(tails).some(([path, tail]) => tail > (subscription.acked[path] ?? 0))

/** A new wake and its token; the caller has seen that none is in flight. */
export function issueWake(subscription: Subscription, tails: Tails): string {
  const secret = randomBytes(32).toString('base64url')
  subscription.generation += 1
  subscription.wake = {
    id: `w_${randomBytes(12).toString('base64url')}`,
    secretHash: hashOf(secret),
    tails,
    holder: null,
    leaseUntil: null,
  }
  return tokenOf(subscription, secret)
}

/** A claim gives out a token of its own: the one that issued the wake was told to nobody. */
export function claimWake(subscription: Subscription, wake: Wake, worker: string, now: number): string {
  const secret = randomBytes(32).toString('base64url')
  subscription.wake = {
    ...wake,
    secretHash: hashOf(secret),
    holder: worker,
    leaseUntil: now + subscription.config.leaseMs,
  }
  return tokenOf(subscription, secret)
}

const tokenOf = ({ owner, generation }: Subscription, secret: string): string =>
  `${Buffer.from(JSON.stringify({ owner, generation })).toString('base64url')}.${secret}`

/** Whose subscription a token is for; it is not proven yet. */
export function ownerIn(token: string): string | null {
  try {
    const { owner } = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { owner?: unknown }
    return typeof owner === 'string' ? owner : null
  } catch {
    return null
  }
}

/** The wake that token and request both mean, if it is the present one. */
export function wakeOf(
  subscription: Subscription,
  token: string,
  said: { readonly wake_id: string; readonly generation: number },
): Wake | null {
  const { wake, generation } = subscription
  if (!wake || said.generation !== generation || said.wake_id !== wake.id) return null
  const given = Buffer.from(hashOf(token.split('.')[1] ?? ''))
  return timingSafeEqual(given, Buffer.from(wake.secretHash)) ? wake : null
}

/** Positions only go forward, and only in streams that are followed. */
export function ack(subscription: Subscription, positions: Tails): void {
  for (const [path, position] of Object.entries(positions)) {
    const before = subscription.acked[path]
    if (before !== undefined && position > before) subscription.acked[path] = position
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** `*` is one segment of a path, `**` any number of them, none too. */
export function matches(pattern: string, path: string): boolean {
  return matchSegments(pattern.split('/'), path.split('/'))
}

function matchSegments(pattern: readonly string[], path: readonly string[]): boolean {
  // how far the pattern may have come, after each segment of the path
  let reached = skipAny(pattern, new Set([0]))
  for (const segment of path) {
    const next = new Set<number>()
    for (const at of reached) {
      if (pattern[at] === '**') next.add(at)
      else if (pattern[at] === '*' || pattern[at] === segment) next.add(at + 1)
    }
    reached = skipAny(pattern, next)
  }
  return reached.has(pattern.length)
}

function skipAny(pattern: readonly string[], reached: Set<number>): Set<number> {
  for (const at of reached) if (pattern[at] === '**') reached.add(at + 1) // a Set goes on with what is added
  return reached
}

export const follows = ({ config, explicit }: Subscription, path: string): boolean =>
  path !== config.wakeStream && (explicit.includes(path) || (config.pattern !== null && matches(config.pattern, path)))
