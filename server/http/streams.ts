import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import { streamKind } from '../../schema/events/streams.ts'
import type { StreamPage } from '../../schema/messages/http.ts'
import type { Accounts } from '../accounts.ts'
import type { Committer } from '../committer.ts'
import type { Directory } from '../directory.ts'
import { BadOffset, type EventLog, type LogItem } from '../event-log.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import { startAdmission } from './admission.ts'
import type { Bodies } from './bodies.ts'
import { listSpaces } from './list-spaces.ts'
import { namesIn } from './names-in.ts'
import { queryId, queryNumber, queryText, streamOf } from './query.ts'
import { requireSession } from './sign-in.ts'
import { encodePage } from './stream-page.ts'

/** Append to and read from streams. Every read asks the directory whether the reader is a member, at that moment. */
const appendRequest = v.object({ events: v.pipe(v.unknown(), v.check(Array.isArray, 'must be a list')) })
const maxPage = 5000
const maxPageBytes = 2 << 20

export function streamRoutes(
  log: EventLog,
  directory: Directory,
  committer: Committer,
  accounts: Accounts,
  bodies: Bodies,
  limits: Limits,
): Hono {
  const admission = startAdmission(limits)

  /** The stream of the address, once the asker may read it. */
  function readable(c: Context): string {
    const { actor } = requireSession(c, accounts)
    const stream = streamOf(c)
    if (directory.mayRead(stream, actor)) return stream
    if (streamKind(stream) === 'space' && !directory.entry(stream)) {
      throw new Fault('UNKNOWN_STREAM', `there is no ${stream}`)
    }
    throw new Fault('NOT_A_MEMBER', `you are not a member of ${stream}`)
  }

  async function answer(c: Context, stream: string, items: readonly LogItem[], place: 'offset' | 'newest') {
    const entry = directory.entry(stream)
    const behind = place === 'offset' ? await log.count(stream, items.at(-1)?.seq ?? queryText(c, 'after')) : 0
    const rest: Omit<StreamPage, 'items'> = {
      upToDate: behind === 0,
      head: entry?.head ?? null,
      total: entry?.events ?? 0,
      behind,
      ...(c.req.query('names') === undefined ? {} : { names: namesIn(items, entry?.space ?? null, accounts) }),
    }
    return c.body(encodePage(items, rest), 200, { 'content-type': 'application/json' })
  }

  const isNewSpace = (stream: string) => streamKind(stream) === 'space' && !directory.entry(stream)

  return new Hono()
    .get('/spaces', (c) => {
      const { actor } = requireSession(c, accounts)
      const limit = queryNumber(c, 'limit', limits.spacesPerPage, limits.spacesPerPage)
      return c.json(listSpaces(directory, actor, queryText(c, 'after'), limit))
    })
    .post('/streams/:stream/events', (c) => {
      const { actor } = requireSession(c, accounts)
      const stream = streamOf(c)
      return bodies.withJson(c, appendRequest, async ({ events }, bytes) => {
        const inputs = events as readonly unknown[]
        if (inputs.length === 0 || inputs.length > limits.eventsPerAppend) {
          const message = `events: must be 1 to ${limits.eventsPerAppend}`
          throw new Fault('MALFORMED_REQUEST', message, { field: 'events' })
        }
        admission.count(actor, inputs.length, bytes, isNewSpace(stream))
        return c.json({ results: await committer.append(actor, stream, inputs) })
      })
    })
    .get('/streams/:stream/events', async (c) => {
      const stream = readable(c)
      const limit = queryNumber(c, 'limit', 500, maxPage)
      try {
        const { items } = await log.read(stream, queryText(c, 'after'), limit, maxPageBytes)
        return await answer(c, stream, items, 'offset')
      } catch (error) {
        if (error instanceof BadOffset) throw new Fault('BAD_OFFSET', `after: ${error.message}`, { field: 'after' })
        throw error
      }
    })
    .get('/streams/:stream/latest', async (c) => {
      const stream = readable(c)
      const limit = queryNumber(c, 'limit', 100, 500)
      const room = queryId(c, 'room')
      const items = await (room === null ? log.latest(stream, limit) : directory.roomPage(stream, room, limit))
      return answer(c, stream, items, 'newest')
    })
    .get('/streams/:stream/outline', async (c) => {
      const stream = readable(c)
      return answer(c, stream, await directory.outline(stream), 'newest')
    })
}
