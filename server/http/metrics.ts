import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { createHash, timingSafeEqual } from 'node:crypto'
import { Fault } from '../fault.ts'
import type { Metrics } from '../metrics.ts'
import type { Routes } from './routes.ts'
import { apiHeaders } from './security-headers.ts'

/** `token`: who shows it may read the metrics, from anywhere. Without one, programs on this machine may. */
export function metricsRoute(routes: Routes, metrics: Metrics, token: string | null): void {
  routes.get('/metrics', 'anyone', async (c) => {
    if (!(token === null ? isOfThisMachine(c) : shows(c, token))) {
      throw new Fault('NOT_ALLOWED', 'metrics are for this machine, or for who has the token of METRICS_TOKEN')
    }
    const { type, body } = await metrics.text()
    return c.body(body, 200, { ...apiHeaders, 'content-type': type })
  })
}

/** A proxy on this machine passes on what others ask, and says so. */
function isOfThisMachine(c: Context): boolean {
  const { remoteAddress = '' } = (c.env as HttpBindings).incoming.socket
  const passedOn = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'].some((name) => c.req.header(name) !== undefined)
  return /^(127\.|::1$|::ffff:127\.)/.test(remoteAddress) && !passedOn
}

function shows(c: Context, token: string): boolean {
  return timingSafeEqual(sha256(c.req.header('authorization') ?? ''), sha256(`Bearer ${token}`))
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()
