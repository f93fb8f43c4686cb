import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import type { Bodies } from '../../http/bodies.ts'
import { apiHeaders } from '../../http/security-headers.ts'
import { isAllowedUrl, type Exempt } from '../../outgoing/guard.ts'
import { fromOffset } from '../offset.ts'
import type { SigningKey } from './signing-key.ts'
import { ownerIn, type Config, type Subscription } from './subscription.ts'
import type { Said, SubscriptionService } from './service.ts'

/** The reserved paths below `__ds`: subscriptions, their wakes, and the key that webhooks are signed with. */
export interface SubscriptionRoutes {
  readonly service: SubscriptionService
  readonly key: SigningKey
  readonly bodies: Bodies
  readonly ownerOf: (c: Context) => string
  /** where streams lie, as others reach it */
  readonly rootOf: (c: Context) => string
  /** where webhooks may go though it is not public */
  readonly exempt: Exempt
  readonly perOwner: number
}

const path = v.pipe(v.string(), v.minLength(1), v.maxLength(512))
const paths = v.pipe(v.array(path), v.maxLength(1000))
const configShape = v.object({
  type: v.picklist(['webhook', 'pull-wake']),
  pattern: v.optional(v.nullable(path)),
  streams: v.optional(paths),
  webhook: v.optional(v.nullable(v.object({ url: v.pipe(v.string(), v.maxLength(2000)) }))),
  wake_stream: v.optional(v.nullable(path)),
  lease_ttl_ms: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(600_000))),
  description: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(1000)))),
})
const saidShape = v.object({
  wake_id: v.string(),
  generation: v.number(),
  acks: v.optional(v.array(v.object({ stream: path, offset: v.string() }))),
  done: v.optional(v.boolean()),
})

export function subscriptionRoutes(parts: SubscriptionRoutes): Hono {
  const { service, key, bodies, ownerOf, rootOf, exempt, perOwner } = parts
  const app = new Hono()
  const one = '/subscriptions/:id'
  const idOf = (c: Context) => c.req.param('id')!

  app.get('/jwks.json', (c) => {
    const headers = {
      ...apiHeaders,
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=300',
    }
    return c.body(JSON.stringify({ keys: [key.jwk] }), 200, headers)
  })

  app.put(one, async (c) => {
    const owner = ownerOf(c)
    return bodies.withJson(c, configShape, async (asked) => {
      const config: Config = {
        type: asked.type,
        pattern: asked.pattern ?? null,
        streams: [...new Set(asked.streams)].toSorted(),
        webhookUrl: asked.webhook?.url ?? null,
        wakeStream: asked.wake_stream ?? null,
        leaseMs: asked.lease_ttl_ms ?? 30_000,
        description: asked.description ?? null,
      }
      if (config.pattern === null && config.streams.length === 0)
        return bad(c, 400, 'INVALID', 'name a pattern or streams')
      if (config.type === 'webhook' && !isAllowedUrl(config.webhookUrl ?? '', exempt)) {
        return bad(c, 400, 'WEBHOOK_URL_REJECTED', 'webhook.url: must be an https address outside of private networks')
      }
      if (config.type === 'pull-wake' && !config.wakeStream) return bad(c, 400, 'INVALID', 'wake_stream: is missing')
      if (!service.get(owner, idOf(c)) && service.countOf(owner) >= perOwner) {
        return bad(c, 429, 'TOO_MANY', `you have ${perOwner} subscriptions: delete one first`)
      }
      const created = await service.create(owner, idOf(c), config, rootOf(c))
      if (!created) return bad(c, 409, 'CONFLICT', 'there is one with this id, set up otherwise')
      return c.json(shown(c, created.subscription), created.made ? 201 : 200, apiHeaders)
    })
  })
  app.get(one, (c) => {
    const found = service.get(ownerOf(c), idOf(c))
    return found ? c.json(shown(c, found), 200, apiHeaders) : unknown(c)
  })
  app.delete(one, async (c) => {
    await service.remove(ownerOf(c), idOf(c))
    return c.body(null, 204, apiHeaders)
  })

  app.post(`${one}/streams`, async (c) => {
    const owner = ownerOf(c)
    return bodies.withJson(c, v.object({ streams: paths }), async ({ streams }) =>
      (await service.follow(owner, idOf(c), streams)) ? c.body(null, 204, apiHeaders) : unknown(c),
    )
  })
  app.delete(`${one}/streams/:path{.+}`, async (c) => {
    const done = await service.unfollow(ownerOf(c), idOf(c), c.req.param('path'))
    return done ? c.body(null, 204, apiHeaders) : unknown(c)
  })

  app.post(`${one}/claim`, async (c) => {
    const owner = ownerOf(c)
    const shape = v.object({ worker: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) })
    return bodies.withJson(c, shape, async ({ worker }) => {
      const claim = await service.claim(owner, idOf(c), worker)
      switch (claim.type) {
        case 'unknown':
          return unknown(c)
        case 'nothing':
          return bad(c, 409, 'NO_PENDING_WORK', 'nothing waits to be worked off')
        case 'taken': {
          const { holder, generation } = claim
          const error = { code: 'ALREADY_CLAIMED', current_holder: holder, generation }
          return c.json({ error }, 409, apiHeaders)
        }
        case 'claimed': {
          const { subscription, token, tails } = claim
          const answer = {
            wake_id: subscription.wake!.id,
            generation: subscription.generation,
            token,
            streams: service.describe(subscription, tails),
            lease_ttl_ms: subscription.config.leaseMs,
          }
          return c.json(answer, 200, apiHeaders)
        }
      }
    })
  })

  // Who has a wake's token needs no session: the receiver of a webhook is no person.
  for (const action of ['callback', 'ack'] as const) {
    app.post(`${one}/${action}`, (c) =>
      withToken(c, async (owner, token, said) => {
        const done = await service.ack(owner, idOf(c), token, said)
        return done ? c.json({ ok: true, next_wake: done.nextWake }, 200, apiHeaders) : fenced(c)
      }),
    )
  }
  app.post(`${one}/release`, (c) =>
    withToken(c, async (owner, token, said) =>
      (await service.release(owner, idOf(c), token, said)) ? c.body(null, 204, apiHeaders) : fenced(c),
    ),
  )

  async function withToken(c: Context, work: (owner: string, token: string, said: Said) => Promise<Response>) {
    const token = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
    const owner = ownerIn(token)
    if (owner === null) return bad(c, 401, 'NO_TOKEN', 'Authorization: Bearer and the token of the wake are missing')
    return bodies.withJson(c, saidShape, async ({ wake_id, generation, acks = [], done = false }) => {
      const positions = acks.map(({ stream, offset }) => [stream, fromOffset(offset)] as const)
      if (positions.some(([, position]) => position === null)) return bad(c, 400, 'INVALID', 'acks: an offset is none')
      const said = { wake_id, generation, done, acks: Object.fromEntries(positions) as Record<string, number> }
      return work(owner, token, said)
    })
  }

  const shown = (c: Context, subscription: Subscription) => {
    const { id, config, createdAt, retry } = subscription
    const signing = { alg: 'ed25519', kid: key.kid, jwks_url: `${rootOf(c)}/__ds/jwks.json` }
    return {
      id,
      subscription_id: id,
      type: config.type,
      pattern: config.pattern,
      streams: service.describe(subscription),
      webhook: config.webhookUrl === null ? null : { url: config.webhookUrl, signing },
      wake_stream: config.wakeStream,
      lease_ttl_ms: config.leaseMs,
      created_at: new Date(createdAt).toISOString(),
      status: retry ? 'failed' : 'active',
      description: config.description,
    }
  }
  return app
}

function bad(c: Context, status: 400 | 401 | 404 | 409 | 429, code: string, message: string): Response {
  return c.json({ error: { code, message } }, status, apiHeaders)
}
const unknown = (c: Context) => bad(c, 404, 'UNKNOWN_SUBSCRIPTION', 'there is no such subscription')
const fenced = (c: Context) => bad(c, 409, 'FENCED', 'this wake is over')
