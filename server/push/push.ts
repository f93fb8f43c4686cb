import { join } from 'node:path'
import type { Logger } from 'pino'
import { personStream } from '../../schema/events/streams.ts'
import type { Accounts } from '../accounts.ts'
import type { Directory } from '../directory.ts'
import type { Health } from '../health.ts'
import type { Limits } from '../limits.ts'
import type { EventLog } from '../log/event-log.ts'
import { theseHosts, type Exempt } from '../outgoing/guard.ts'
import { startNews } from './news.ts'
import { followPersons } from './person-settings.ts'
import { startLines, type LinesState } from './push-lines.ts'
import { sendPush, type Outcome } from './send-push.ts'
import { openSubscriptionFile, type NewSubscription } from './subscription-file.ts'
import { openVapidKeys } from './vapid-keys.ts'

/**
 * Web Push: tells a person's devices, while no tab is open there, that a stream has news for them. What leaves the
 * server says which stream and from where on, encrypted for the device; the device reads the rest itself, with its own
 * session. Law: whom to tell is decided when it is sent, from the rights and the person's settings of that moment.
 */
export interface Push {
  /** what a browser subscribes with */
  readonly publicKey: string
  /** push services that are asked though they are not public */
  readonly exempt: Exempt
  /** the endpoint that a session has; null: none */
  endpointOf(session: string): string | null
  /** One for each session: it replaces the one before. False: the endpoint is another device's. */
  subscribe(subscription: NewSubscription): boolean
  unsubscribe(session: string): void
  /** Tells the device of this session about nothing, now. Null: it has no subscription. */
  test(session: string): Promise<Outcome | null>
  /** of a person whose account ends */
  removeAll(actor: string): void
  state(): PushState
  close(): void
}
export interface PushState extends LinesState {
  readonly subscriptions: number
}
export interface PushOptions {
  /** what a push service may write to; `mailto:` or `https:` */
  readonly contact: string
  /** `host:port` of push services that are asked though they are not public; for development and tests */
  readonly testHosts: readonly string[]
}
/** What goes to a device: no text, no name. `head`: the first message that it is about. */
export interface Payload {
  readonly stream: string
  readonly head: string
}

export async function openPush(
  folder: string,
  parts: {
    readonly log: EventLog
    readonly directory: Directory
    readonly accounts: Accounts
    readonly health: Health
    readonly logger: Logger
    readonly limits: Limits
  },
  { contact, testHosts }: PushOptions,
): Promise<Push> {
  const { log, directory, accounts, health, logger, limits } = parts
  const vapid = openVapidKeys(join(folder, 'vapid.json'), contact)
  const file = await openSubscriptionFile(join(folder, 'push.db'), limits.pushDevicesPerPerson)
  const exempt = theseHosts(testHosts)
  const stop = new AbortController()
  const lines = startLines({
    send: (subscription, payload) => sendPush(subscription, payload, vapid, exempt, stop.signal),
    // a session may have ended by its time, or because there were too many
    find: (session) => (accounts.isOpen(session) ? file.get(session) : null),
    file,
    logger,
    limits,
  })
  const settings = followPersons(log, directory, limits.pushPersonsInMemory)
  const news = startNews({
    directory,
    settings,
    nameOf: (actor) => accounts.nameOf(actor),
    subscribers: () => file.actors(),
    tell(actor, payload) {
      for (const session of file.sessionsOf(actor)) lines.add(session, payload)
    },
    health,
    limits,
  })

  return {
    publicKey: vapid.publicKey,
    exempt,
    endpointOf: (session) => file.get(session)?.endpoint ?? null,
    subscribe: (subscription) => file.put(subscription),
    unsubscribe(session) {
      file.remove(session)
      lines.drop(session)
    },
    async test(session) {
      const subscription = file.get(session)
      if (!subscription) return null
      const payload = { stream: personStream(subscription.actor), head: '0' }
      const outcome = await sendPush(subscription, payload, vapid, exempt, stop.signal)
      if (outcome.type === 'gone') file.remove(session)
      return outcome
    },
    removeAll(actor) {
      for (const session of file.sessionsOf(actor)) lines.drop(session)
      file.removeAll(actor)
      settings.forget(actor)
    },
    state: () => ({ subscriptions: file.count(), ...lines.state() }),
    close() {
      stop.abort()
      news.close()
      lines.close()
      file.close()
    },
  }
}
