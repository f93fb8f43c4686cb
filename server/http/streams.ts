import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import { streamKind } from '../../schema/events/streams.ts'
import type { SpaceList, StreamPage } from '../../schema/messages/http.ts'
import type { Accounts } from '../accounts.ts'
import type { Committer } from '../committer.ts'
import type { Directory } from '../directory.ts'
import { BadOffset, type EventLog, type LogItem } from '../event-log.ts'
import { Fault } from '../fault.ts'
import { isMember } from '../space-state.ts'
import { namesIn } from './names-in.ts'
import { queryNumber, readJson } from './read-json.ts'
import { requireIdentity } from './sign-in.ts'
import { encodePage } from './stream-page.ts'

/** Append to and read from streams. Every read asks the directory whether the reader is a member, at that moment. */
const appendRequest = v.object({
  events: v.pipe(v.array(v.unknown()), v.minLength(1, 'must not be empty'), v.maxLength(1000)),
})
const maxPage = 5000
const maxPageBytes = 2 << 20

export function streamRoutes(log: EventLog, directory: Directory, committer: Committer, accounts: Accounts): Hono {
  /** The stream of the address, once the asker may read it. */
  function readable(c: Context): string {
    const stream = c.req.param('stream') ?? ''
    const { actor } = requireIdentity(c, accounts)
    if (directory.mayRead(stream, actor)) return stream
    if (streamKind(stream) === 'space' && !directory.entry(stream)) {
      throw new Fault('UNKNOWN_STREAM', `there is no ${stream}`)
    }
    if (streamKind(stream) === null || streamKind(stream) === 'local') {
      throw new Fault('UNKNOWN_STREAM', `${stream} is not a stream of this server`)
    }
    throw new Fault('NOT_A_MEMBER', `you are not a member of ${stream}`)
  }

  async function answer(c: Context, stream: string, items: readonly LogItem[], place: 'offset' | 'newest') {
    const entry = directory.entry(stream)
    const behind = place === 'offset' ? await log.count(stream, items.at(-1)?.seq ?? c.req.query('after') ?? null) : 0
    const rest: Omit<StreamPage, 'items'> = {
      upToDate: behind === 0,
      head: entry?.head ?? null,
      total: entry?.events ?? 0,
      behind,
      ...(c.req.query('names') === undefined ? {} : { names: namesIn(items, entry?.space ?? null, accounts) }),
    }
    return c.body(encodePage(items, rest), 200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  }

  return new Hono()
    .get('/spaces', (c) => {
      const { actor } = requireIdentity(c, accounts)
      const spaces = [...directory.spaces()]
        .filter((space) => space.visibility === 'public' || isMember(space, actor))
        .map((space) => {
          const { id, stream, name, visibility, members } = space
          const { head, messages } = directory.entry(stream)!
          const active = [...members.values()].filter((member) => member.active).length
          return { id, stream, name, visibility, members: active, messages, head, joined: isMember(space, actor) }
        })
      return c.json({ spaces } satisfies SpaceList, 200, { 'cache-control': 'no-store' })
    })
    .post('/streams/:stream/events', async (c) => {
      const { actor } = requireIdentity(c, accounts)
      const stream = c.req.param('stream')
      if (streamKind(stream) !== 'space' && streamKind(stream) !== 'person') {
        throw new Fault('UNKNOWN_STREAM', `${stream} is not a stream of this server`)
      }
      const { events } = await readJson(c, appendRequest)
      return c.json({ results: await committer.append(actor, stream, events) })
    })
    .get('/streams/:stream/events', async (c) => {
      const stream = readable(c)
      const limit = queryNumber(c, 'limit', 500, maxPage)
      try {
        const { items } = await log.read(stream, c.req.query('after') ?? null, limit, maxPageBytes)
        return await answer(c, stream, items, 'offset')
      } catch (error) {
        if (error instanceof BadOffset) throw new Fault('BAD_OFFSET', `after: ${error.message}`, { field: 'after' })
        throw error
      }
    })
    .get('/streams/:stream/latest', async (c) => {
      const stream = readable(c)
      const limit = queryNumber(c, 'limit', 100, 500)
      const room = c.req.query('room')
      const items = await (room === undefined ? log.latest(stream, limit) : directory.roomPage(stream, room, limit))
      return answer(c, stream, items, 'newest')
    })
    .get('/streams/:stream/outline', async (c) => {
      const stream = readable(c)
      return answer(c, stream, await directory.outline(stream), 'newest')
    })
}
