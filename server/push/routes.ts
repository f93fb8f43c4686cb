import { createECDH } from 'node:crypto'
import * as v from 'valibot'
import type { PushInfo, PushTest } from '../../schema/messages/http.ts'
import { Fault } from '../fault.ts'
import type { Bodies } from '../http/bodies.ts'
import type { Routes } from '../http/routes.ts'
import type { Limits } from '../limits.ts'
import { isAllowedUrl, type Exempt } from '../outgoing/guard.ts'
import { Buckets } from '../rate.ts'
import type { Push } from './push.ts'

/** Switching pushes on and off for this device, and trying them. `push` null: this server sends none. */
export function pushRoutes(
  routes: Routes,
  push: Push | null,
  bodies: Bodies,
  limits: Pick<Limits, 'pushChangesPerPerson'>,
): void {
  const changes = new Buckets(limits.pushChangesPerPerson)
  const infoOf = (session: string): PushInfo => ({
    key: push?.publicKey ?? null,
    endpoint: push?.endpointOf(session) ?? null,
  })
  function count(actor: string): void {
    const waitSeconds = changes.take(actor)
    if (waitSeconds === 0) return
    throw new Fault('TOO_MANY_REQUESTS', `too often: try again in ${waitSeconds} s`, { retryAfterSeconds: waitSeconds })
  }
  function there(): Push {
    if (!push) throw new Fault('PUSH_OFF', 'this server sends no notifications')
    return push
  }

  routes
    .get('/api/push', 'signedIn', (c, { session }) => c.json(infoOf(session)))
    .post('/api/push', 'signedIn', (c, { actor, session }) =>
      bodies.withJson(c, subscriptionOf(push?.exempt), ({ endpoint, keys }) => {
        count(actor)
        if (there().subscribe({ session, actor, endpoint, ...keys })) return c.json(infoOf(session))
        throw new Fault('PUSH_TAKEN', 'endpoint: is of another device', { field: 'endpoint' })
      }),
    )
    .post('/api/push/off', 'signedIn', (c, { session }) => {
      push?.unsubscribe(session)
      return c.json(infoOf(session))
    })
    .post('/api/push/test', 'signedIn', async (c, { actor, session }) => {
      count(actor)
      const outcome = await there().test(session)
      return c.json({ outcome: outcome?.type ?? 'gone' } satisfies PushTest)
    })
}

/** What a browser's `PushSubscription` is as JSON. */
function subscriptionOf(exempt: Exempt = () => false) {
  return v.object({
    endpoint: v.pipe(
      v.string(),
      v.maxLength(2000),
      v.check((url) => isAllowedUrl(url, exempt), 'must be the https address of a public push service'),
    ),
    keys: v.object({
      p256dh: v.pipe(v.string(), v.maxLength(100), v.check(isPoint, 'must be a key on P-256')),
      auth: v.pipe(v.string(), v.maxLength(100), v.check(isSecret, 'must be 16 bytes')),
    }),
  })
}

const base64url = /^[A-Za-z0-9_-]+={0,2}$/
const isSecret = (text: string): boolean => base64url.test(text) && Buffer.from(text, 'base64url').length === 16

function isPoint(text: string): boolean {
  const point = Buffer.from(text, 'base64url')
  if (!base64url.test(text) || point.length !== 65) return false
  const own = createECDH('prime256v1')
  own.generateKeys()
  try {
    own.computeSecret(point)
    return true
  } catch {
    return false
  }
}
