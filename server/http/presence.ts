import * as v from 'valibot'
import { bounds } from '../../schema/events/bounds.ts'
import { id } from '../../schema/events/payload-fields.ts'
import { may } from '../../schema/rights/may.ts'
import type { Directory } from '../directory.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import { gatherMs, Presence, type PresenceParts } from '../presence/presence.ts'
import { Buckets } from '../rate.ts'
import type { Bodies } from './bodies.ts'
import type { Routes } from './routes.ts'

const tab = v.pipe(v.string(), v.minLength(1), v.maxLength(64))
const said = v.union([
  v.object({ tab, left: v.literal(true) }),
  v.object({
    tab,
    watch: v.pipe(v.array(id), v.maxLength(4)),
    typing: v.nullable(v.object({ stream: id, room: v.pipe(id, v.maxLength(bounds.idLength)) })),
    whole: v.boolean(),
  }),
])

const sweepMs = 500

/**
 * Where a tab says that it is there, and where somebody types. The answer is the same whether the streams are there, or may be
 * read, or not: of those that may not, nothing is told.
 */
export function presenceRoutes(
  routes: Routes,
  directory: Directory,
  bodies: Bodies,
  limits: Limits,
  { tell, hears }: Pick<PresenceParts, 'tell' | 'hears'>,
): { close(): void } {
  const buckets = new Buckets(limits.presencePerPerson)
  let gathering: NodeJS.Timeout | null = null
  const presence = new Presence({
    maySee: (stream, actor) => may(directory.rights(stream), actor, 'presence', stream),
    streamsOf: (actor) => directory.streamsOf(actor),
    tell,
    hears,
    soon() {
      gathering ??= setTimeout(() => {
        gathering = null
        presence.flush()
      }, gatherMs)
    },
    limits,
    now: Date.now,
  })
  const sweeping = setInterval(() => presence.sweep(), sweepMs)

  routes.post('/api/presence', 'signedIn', (c, { actor }) =>
    bodies.withJson(c, said, (body) => {
      const wait = buckets.take(actor)
      if (wait > 0) {
        throw new Fault('TOO_MANY_REQUESTS', 'you said too often where you are', { retryAfterSeconds: wait })
      }
      if ('left' in body) presence.left(actor, body.tab)
      else presence.say(actor, body)
      return c.body(null, 204)
    }),
  )

  return {
    close() {
      clearInterval(sweeping)
      if (gathering) clearTimeout(gathering)
    },
  }
}
