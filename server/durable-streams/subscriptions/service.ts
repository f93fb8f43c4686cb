import type { Logger } from 'pino'
import type { Exempt } from '../../outgoing/guard.ts'
import { toOffset } from '../offset.ts'
import type { StreamStore } from '../stream-store.ts'
import { deliverWebhook } from './deliver-webhook.ts'
import type { SubscriptionFile } from './subscription-file.ts'
import {
  ack,
  claimWake,
  follows,
  hasPending,
  issueWake,
  wakeOf,
  type Config,
  type Subscription,
  type Tails,
} from './subscription.ts'

/**
 * Keeps subscriptions going: sees streams grow, issues wakes, delivers them, ends leases. What is done to one
 * subscription is done one after another, and written down before it shows.
 */
export interface SubscriptionService {
  /** null: there is one with this id and another configuration */
  create(
    owner: string,
    id: string,
    config: Config,
    root: string,
  ): Promise<{ made: boolean; subscription: Subscription } | null>
  get(owner: string, id: string): Subscription | null
  countOf(owner: string): number
  remove(owner: string, id: string): Promise<void>
  removeAll(owner: string): Promise<void>
  follow(owner: string, id: string, paths: readonly string[]): Promise<boolean>
  unfollow(owner: string, id: string, path: string): Promise<boolean>
  claim(owner: string, id: string, worker: string): Promise<Claim>
  /** null: it came too late, or the token is not the wake's */
  ack(owner: string, id: string, token: string, said: Said): Promise<{ readonly nextWake: boolean } | null>
  release(owner: string, id: string, token: string, said: Said): Promise<boolean>
  /** of each stream: its path, how it is followed, how far it was worked off, where it ends */
  describe(subscription: Subscription, tails?: Tails): readonly object[]
  close(): void
}
export interface Said {
  readonly wake_id: string
  readonly generation: number
  readonly acks: Tails
  readonly done: boolean
}
export type Claim =
  | { readonly type: 'claimed'; readonly token: string; readonly subscription: Subscription; readonly tails: Tails }
  | { readonly type: 'taken'; readonly holder: string; readonly generation: number }
  | { readonly type: 'nothing' | 'unknown' }

const maxRetryMs = 60_000

export function startSubscriptions(
  store: StreamStore,
  file: SubscriptionFile,
  logger: Pick<Logger, 'warn'>,
  /** `exempt`: where webhooks may go though it is not public */
  { exempt, now = Date.now }: { exempt: Exempt; now?: () => number },
): SubscriptionService {
  const all = new Map<string, Subscription>()
  const lines = new Map<string, Promise<unknown>>()
  const timers = new Map<string, NodeJS.Timeout>()
  const closed = new AbortController()
  const keyOf = (owner: string, id: string) => `${owner}/${id}`

  /** One at a time for each subscription; null if there is none. Saved afterwards. */
  function change<T>(owner: string, id: string, work: (it: Subscription) => T | Promise<T>): Promise<T | null> {
    const key = keyOf(owner, id)
    const turn = (lines.get(key) ?? Promise.resolve()).then(async () => {
      const subscription = all.get(key)
      if (!subscription || closed.signal.aborted) return null
      const result = await work(subscription)
      if (all.get(key) === subscription && !closed.signal.aborted) file.save(subscription)
      arm(subscription)
      return result
    })
    const settled = turn.catch(() => null).finally(() => lines.get(key) === settled && lines.delete(key))
    lines.set(key, settled)
    return turn
  }
  const inBackground = (what: Promise<unknown>) =>
    void what.catch((error: unknown) => logger.warn({ err: error }, 'a subscription'))

  /** Ends of the streams that it follows; those that are gone are no longer followed. */
  async function tailsOf(subscription: Subscription): Promise<Tails> {
    const tails: Record<string, number> = {}
    for (const path of Object.keys(subscription.acked)) {
      const state = await store.look(keyOf(subscription.owner, path), 'look')
      if (!('status' in state)) tails[path] = state.tail
      else if (!subscription.explicit.includes(path)) delete subscription.acked[path]
    }
    return tails
  }

  async function linkAtTail(subscription: Subscription, path: string): Promise<void> {
    const state = await store.look(keyOf(subscription.owner, path), 'look')
    subscription.acked[path] ??= 'status' in state ? 0 : state.tail
  }

  async function wakeIfPending(subscription: Subscription): Promise<boolean> {
    if (subscription.wake) return false
    const tails = await tailsOf(subscription)
    if (!hasPending(subscription, tails)) return false
    const token = issueWake(subscription, tails)
    if (subscription.config.type === 'webhook') deliver(subscription, token)
    else await tellWakeStream(subscription, tails)
    return true
  }

  async function tellWakeStream({ owner, id, config, generation, acked }: Subscription, tails: Tails): Promise<void> {
    const stream = Object.keys(tails).find((path) => tails[path]! > (acked[path] ?? 0))
    const event = { type: 'wake', subscription_id: id, stream, generation, ts: now() }
    await store.append(keyOf(owner, config.wakeStream!), {
      contentType: 'application/json',
      messages: [JSON.stringify(event)],
      closes: false,
      producer: null,
      seq: null,
    })
  }

  /** In the background: its lease runs from now on. */
  function deliver(subscription: Subscription, token: string): void {
    const { owner, id, root, config, generation } = subscription
    const wake = subscription.wake!
    wake.leaseUntil = now() + config.leaseMs
    const body = JSON.stringify({
      subscription_id: id,
      wake_id: wake.id,
      generation,
      streams: service.describe(subscription, wake.tails),
      callback_url: `${root}/__ds/subscriptions/${encodeURIComponent(id)}/callback`,
      callback_token: token,
    })
    const signature = file.key.sign(body, now())
    const sent = deliverWebhook(config.webhookUrl!, body, signature, exempt, closed.signal).then(
      (done) => change(owner, id, (it) => delivered(it, wake.id, done)),
      (error: unknown) => {
        logger.warn({ subscription: id, reason: (error as Error).message }, 'a webhook could not be delivered')
        return change(owner, id, (it) => failed(it, wake.id))
      },
    )
    inBackground(sent)
  }

  async function delivered(it: Subscription, wakeId: string, done: boolean): Promise<void> {
    it.retry = null
    if (it.wake?.id !== wakeId || !done) return
    ack(it, it.wake.tails)
    it.wake = null
    await wakeIfPending(it)
  }

  function failed(it: Subscription, wakeId: string): void {
    if (it.wake?.id !== wakeId) return
    const attempt = (it.retry?.attempt ?? 0) + 1
    const wait = Math.min(maxRetryMs, 1000 * 2 ** (attempt - 1)) * (0.8 + Math.random() * 0.4)
    it.retry = { attempt, at: now() + wait }
    it.wake = null // the next attempt is a wake of its own
  }

  /** One timer each: for the end of its lease, or its next attempt. */
  function arm(it: Subscription): void {
    const key = keyOf(it.owner, it.id)
    clearTimeout(timers.get(key))
    timers.delete(key)
    const due = it.retry && !it.wake ? it.retry.at : (it.wake?.leaseUntil ?? null)
    if (due === null || !all.has(key) || closed.signal.aborted) return
    const timer = setTimeout(() => inBackground(change(it.owner, it.id, onTime)), Math.max(0, due - now()))
    timers.set(key, timer.unref())
  }

  async function onTime(it: Subscription): Promise<void> {
    if (it.wake?.leaseUntil != null && it.wake.leaseUntil <= now()) it.wake = null
    if (!it.retry || it.retry.at <= now()) await wakeIfPending(it)
  }

  const stopWatching = store.watch((name) => {
    for (const it of all.values()) {
      if (!name.startsWith(`${it.owner}/`) || !follows(it, name.slice(it.owner.length + 1))) continue
      const seen = change(it.owner, it.id, async (one) => {
        // it is new: what is followed since the subscription was made is known by now
        one.acked[name.slice(one.owner.length + 1)] ??= 0
        if (!one.retry) await wakeIfPending(one)
      })
      inBackground(seen)
    }
  })

  const service: SubscriptionService = {
    async create(owner, id, config, root) {
      const present = all.get(keyOf(owner, id))
      if (present) {
        const same = JSON.stringify(present.config) === JSON.stringify(config)
        return same ? { made: false, subscription: present } : null
      }
      const subscription: Subscription = {
        owner,
        id,
        config,
        root,
        createdAt: now(),
        explicit: [...config.streams],
        acked: {},
        generation: 0,
        wake: null,
        retry: null,
      }
      all.set(keyOf(owner, id), subscription) // from now on it hears of new streams, after what follows here
      await change(owner, id, async (it) => {
        const names = config.pattern === null ? [] : await store.names(`${owner}/`)
        const old = names.map((name) => name.slice(owner.length + 1)).filter((path) => follows(it, path))
        for (const path of [...old, ...config.streams]) await linkAtTail(it, path)
      })
      return { made: true, subscription }
    },
    get: (owner, id) => all.get(keyOf(owner, id)) ?? null,
    countOf: (owner) => [...all.values()].filter((one) => one.owner === owner).length,
    async remove(owner, id) {
      await change(owner, id, (it) => {
        it.wake = null
        all.delete(keyOf(owner, id))
        file.remove(owner, id)
      })
    },
    async removeAll(owner) {
      const theirs = Array.from(all.values()).filter((one) => one.owner === owner)
      for (const { id } of theirs) await service.remove(owner, id)
    },
    async follow(owner, id, paths) {
      const done = await change(owner, id, async (it) => {
        for (const path of paths) {
          if (!it.explicit.includes(path)) it.explicit.push(path)
          await linkAtTail(it, path)
        }
        return true
      })
      return done ?? false
    },
    async unfollow(owner, id, path) {
      const done = await change(owner, id, (it) => {
        it.explicit = it.explicit.filter((one) => one !== path)
        if (!follows(it, path)) delete it.acked[path]
        return true
      })
      return done ?? false
    },
    async claim(owner, id, worker) {
      const claim = await change<Claim>(owner, id, async (it) => {
        if (it.wake?.holder != null) return { type: 'taken', holder: it.wake.holder, generation: it.generation }
        if (!it.wake) {
          const tails = await tailsOf(it)
          if (!hasPending(it, tails)) return { type: 'nothing' }
          issueWake(it, tails)
        }
        const token = claimWake(it, it.wake!, worker, now())
        return { type: 'claimed', token, subscription: it, tails: await tailsOf(it) }
      })
      return claim ?? { type: 'unknown' }
    },
    ack: (owner, id, token, said) =>
      change(owner, id, async (it) => {
        const wake = wakeOf(it, token, said)
        if (!wake) return null
        ack(it, said.acks)
        if (!said.done) {
          wake.leaseUntil = now() + it.config.leaseMs
          return { nextWake: false }
        }
        it.wake = null
        return { nextWake: await wakeIfPending(it) }
      }),
    async release(owner, id, token, said) {
      const done = await change(owner, id, async (it) => {
        if (!wakeOf(it, token, said)) return false
        it.wake = null
        await wakeIfPending(it)
        return true
      })
      return done ?? false
    },
    describe: ({ acked, explicit }, tails) =>
      Object.entries(acked).map(([path, position]) => ({
        path,
        link_type: explicit.includes(path) ? 'explicit' : 'glob',
        acked_offset: toOffset(position),
        ...(tails?.[path] === undefined
          ? {}
          : { tail_offset: toOffset(tails[path]), has_pending: tails[path] > position }),
      })),
    close() {
      closed.abort()
      stopWatching()
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }

  for (const subscription of file.load()) {
    all.set(keyOf(subscription.owner, subscription.id), subscription)
    // a lease that ran out while the server was down, or streams that grew then
    inBackground(change(subscription.owner, subscription.id, onTime))
  }
  return service
}
