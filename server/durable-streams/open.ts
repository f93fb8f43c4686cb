import { Hono, type Context } from 'hono'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { startAdmission } from '../http/admission.ts'
import type { Bodies } from '../http/bodies.ts'
import { sameOrigin } from '../http/same-origin.ts'
import type { Limits } from '../limits.ts'
import type { EventLog } from '../log/event-log.ts'
import { nothingExempt, thisMachine, type Exempt } from '../outgoing/guard.ts'
import { LiveConnections } from './live-connections.ts'
import { durableStreams } from './routes.ts'
import { openStreamStore, type StreamStore } from './stream-store.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'
import { startSubscriptions, type SubscriptionService } from './subscriptions/service.ts'
import { openSubscriptionFile, type SubscriptionFile } from './subscriptions/subscription-file.ts'

/** The Durable Streams part of a server: a log of its own, beside the one of events. */
export interface DurableStreams {
  readonly store: StreamStore
  readonly subscriptions: SubscriptionService
  readonly file: SubscriptionFile
  readonly exempt: Exempt
  /** of a person whose account ends */
  removeAll(owner: string): Promise<void>
  close(): Promise<void>
}

export async function openDurableStreams(
  log: EventLog,
  folder: string,
  logger: Logger,
  { localWebhooks }: { localWebhooks: boolean },
): Promise<DurableStreams> {
  const store = openStreamStore(log)
  const file = await openSubscriptionFile(join(folder, 'subscriptions.db'))
  const exempt = localWebhooks ? thisMachine : nothingExempt
  const subscriptions = startSubscriptions(store, file, logger, { exempt })
  return {
    store,
    subscriptions,
    file,
    exempt,
    async removeAll(owner) {
      await subscriptions.removeAll(owner)
      for (const name of await store.names(`${owner}/`)) await store.remove(name)
    },
    async close() {
      subscriptions.close()
      await store.close()
      await log.close()
      file.close()
    },
  }
}

export interface Mounted {
  readonly app: Hono
  endSession(session: string): void
  close(): void
}

/** `whoAsks` throws a Fault where nobody is signed in. */
export function mountDurableStreams(
  root: string,
  { store, subscriptions, file, exempt }: DurableStreams,
  whoAsks: (c: Context) => { readonly actor: string; readonly session: string },
  bodies: Bodies,
  limits: Limits,
  origins: readonly string[],
): Mounted {
  const admission = startAdmission(limits)
  const live = new LiveConnections(limits.tailsPerPerson)
  const app = new Hono()
  // Where a browser sends this header for another site, it has asked before whether it may, and was told no.
  app.use((c, next) => (c.req.header('authorization') === undefined ? sameOrigin(c, next) : next()))
  app.route(
    '/__ds',
    subscriptionRoutes({
      service: subscriptions,
      key: file.key,
      bodies,
      ownerOf: (c) => whoAsks(c).actor,
      rootOf: (c) => (origins[0] ?? new URL(c.req.url).origin) + root,
      exempt,
      perOwner: limits.subscriptionsPerPerson,
    }),
  )
  app.route(
    '/',
    durableStreams({
      store,
      bodies,
      limits: {
        longPollMs: limits.longPollMs,
        sseMs: limits.sseMs,
        heartbeatMs: limits.heartbeatMs,
        pageBytes: limits.streamPageBytes,
      },
      root,
      ownerOf: (c) => whoAsks(c).actor,
      beginLive: (c) => live.begin(whoAsks(c)),
      admit: (owner, bytes) => admission.count(owner, 1, bytes, false),
    }),
  )
  return { app, endSession: (session) => live.endSession(session), close: () => live.close() }
}
