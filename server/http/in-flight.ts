import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import type { Socket } from 'node:net'
import { Fault } from '../fault.ts'

/**
 * Requests may be sent without waiting for answers, hundreds in one packet, and each answer waits in memory for the one
 * before it. No browser does that; a few are answered, the rest refused at once, which costs nothing.
 */
export function limitInFlight(most: number): MiddlewareHandler {
  const bySocket = new WeakMap<Socket, number>()
  return async (c, next) => {
    const { incoming, outgoing } = c.env as HttpBindings
    const { socket } = incoming
    const inFlight = (bySocket.get(socket) ?? 0) + 1
    bySocket.set(socket, inFlight)
    outgoing.once('close', () => bySocket.set(socket, bySocket.get(socket)! - 1))
    if (inFlight > most) {
      throw new Fault('TOO_MANY_REQUESTS', 'too many requests on one connection: wait for their answers', {
        retryAfterSeconds: 1,
      })
    }
    await next()
  }
}
