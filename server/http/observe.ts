import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics.ts'

/**
 * Counts and logs each request by the pattern of its route: what a path or a query says of rooms, people and invitations
 * is in no line and no label. Each line names its request as the answer does (`X-Request-Id`).
 */
export function observe(metrics: Metrics, logger: Logger): MiddlewareHandler {
  return async (c, next) => {
    const start = performance.now()
    await next()
    const ms = performance.now() - start
    const asked = askedIn(c)
    const { status } = c.res
    metrics.answered(asked.method, asked.route, status, ms / 1000)
    logger.debug({ ...asked, status, ms: Math.round(ms) }, 'request')
  }
}

/** What may be said of a request: its id, its method, and the pattern of its route; `files` where that is none. */
export function askedIn(c: Context) {
  const path = routePath(c)
  const route = path.startsWith('/') && path !== '/*' ? path : 'files'
  return { requestId: c.get('requestId') as string, method: c.req.method, route }
}
