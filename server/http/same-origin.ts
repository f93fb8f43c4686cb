import type { MiddlewareHandler } from 'hono'
import { Fault } from '../fault.ts'

/**
 * Refuses an unsafe request that another site could have made a browser send. Browsers state the site they come from:
 * `Sec-Fetch-Site`, or at least `Origin`, which then must name the host that was asked. Other programs send `Origin`.
 */
export const sameOrigin: MiddlewareHandler = async (c, next) => {
  if (!['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)) {
    const site = c.req.header('sec-fetch-site')
    const same =
      site === undefined ? originHost(c.req.header('origin')) === c.req.header('host') : site === 'same-origin'
    if (!same) {
      throw new Fault(
        'CROSS_ORIGIN',
        `this request must come from the app itself (a program sends the header Origin: ${new URL(c.req.url).origin})`,
      )
    }
  }
  await next()
}

function originHost(origin: string | undefined): string | null {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : null
}
