import type { Context } from 'hono'
import * as v from 'valibot'
import { publicRoomOf, streamKind } from '../../schema/events/streams.ts'
import type { StreamPage } from '../../schema/messages/http.ts'
import type { Accounts } from '../accounts.ts'
import type { Committer } from '../committer.ts'
import type { Directory } from '../directory.ts'
import { BadOffset, type EventLog, type LogItem } from '../log/event-log.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import { startAdmission } from './admission.ts'
import type { Bodies } from './bodies.ts'
import { listSpaces } from './list-spaces.ts'
import { namesIn } from './names-in.ts'
import { queryId, queryNumber, queryText } from './query.ts'
import type { OnStream, Routes } from './routes.ts'
import { encodePage } from './stream-page.ts'

const appendRequest = v.object({ events: v.pipe(v.unknown(), v.check(Array.isArray, 'must be a list')) })
const maxPage = 5000
const maxPageBytes = 2 << 20

/** Append to and read from streams. */
export function streamRoutes(
  routes: Routes,
  log: EventLog,
  directory: Directory,
  committer: Committer,
  accounts: Accounts,
  bodies: Bodies,
  limits: Limits,
  /** whether a person may found spaces and private rooms here */
  mayFound: (actor: string) => boolean,
): void {
  const admission = startAdmission(limits)

  async function answer(
    c: Context,
    { stream, session }: OnStream,
    items: readonly LogItem[],
    place: 'offset' | 'newest',
  ) {
    const entry = directory.entry(stream)
    const behind = place === 'offset' ? await log.count(stream, items.at(-1)?.seq ?? queryText(c, 'after')) : 0
    const rest: Omit<StreamPage, 'items'> = {
      upToDate: behind === 0,
      head: entry?.head ?? null,
      total: entry?.events ?? 0,
      behind,
      ...(c.req.query('names') === undefined
        ? {}
        : { names: namesIn(items, directory.rights(stream), accounts, session.actor) }),
    }
    return c.body(encodePage(items, rest), 200, { 'content-type': 'application/json' })
  }

  const isNew = (stream: string) => streamKind(stream) !== 'person' && !publicRoomOf(stream) && !directory.entry(stream)

  routes
    .get('/api/spaces', 'signedIn', (c, { actor }) => {
      const limit = queryNumber(c, 'limit', limits.spacesPerPage, limits.spacesPerPage)
      return c.json(listSpaces(directory, actor, queryText(c, 'after'), limit))
    })
    .post('/api/streams/:stream/events', 'author', (c, { session: { actor }, stream }) =>
      bodies.withJson(c, appendRequest, async ({ events }, bytes) => {
        const inputs = events as readonly unknown[]
        if (inputs.length === 0 || inputs.length > limits.eventsPerAppend) {
          const message = `events: must be 1 to ${limits.eventsPerAppend}`
          throw new Fault('MALFORMED_REQUEST', message, { field: 'events' })
        }
        const founds = isNew(stream)
        if (founds && !mayFound(actor)) {
          throw new Fault('ACCOUNT_NEEDED', 'guests found no spaces and no private rooms on this server')
        }
        admission.count(actor, inputs.length, bytes, founds)
        return c.json({ results: await committer.append(actor, stream, inputs) })
      }),
    )
    .get('/api/streams/:stream/events', 'reader', async (c, asked) => {
      const limit = queryNumber(c, 'limit', 500, maxPage)
      try {
        const { items } = await log.read(asked.stream, queryText(c, 'after'), limit, maxPageBytes)
        return await answer(c, asked, items, 'offset')
      } catch (error) {
        if (error instanceof BadOffset) throw new Fault('BAD_OFFSET', `after: ${error.message}`, { field: 'after' })
        throw error
      }
    })
    .get('/api/streams/:stream/latest', 'reader', async (c, asked) => {
      const limit = queryNumber(c, 'limit', 100, 500)
      const room = queryId(c, 'room')
      const items = await (room === null
        ? log.latest(asked.stream, limit)
        : directory.roomPage(asked.stream, room, limit))
      return answer(c, asked, items, 'newest')
    })
    .get('/api/streams/:stream/outline', 'reader', async (c, asked) =>
      answer(c, asked, await directory.outline(asked.stream), 'newest'),
    )
}
