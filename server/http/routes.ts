import { Hono, type Context } from 'hono'
import { refusalOf } from '../../schema/rights/may.ts'
import type { Accounts } from '../accounts.ts'
import type { Directory } from '../directory.ts'
import { Fault } from '../fault.ts'
import type { EventLog } from '../log/event-log.ts'
import { streamOf } from './query.ts'
import { requireSession, type Session } from './session-cookie.ts'

/**
 * Where routes are mounted. Each says who may ask, and its handler is given what was found out about them: a route that
 * does not say it does not compile, and no handler looks at cookies or members by itself.
 */
export interface Routes {
  readonly hono: Hono
  /** HEAD too. An `author` only writes: what a route answers from a stream is for its readers. */
  get<A extends Exclude<Access, 'author'>>(path: string, access: A, handler: Handler<A>): Routes
  post<A extends Access>(path: string, access: A, handler: Handler<A>): Routes
  put<A extends Access>(path: string, access: A, handler: Handler<A>): Routes
  /** the methods that a path takes; none: it is no route */
  methodsOf(path: string): readonly string[]
}

/**
 * - `anyone`
 * - `signedIn`: who has a session
 * - `reader`: who may read the stream of the address (`:stream`), at this moment
 * - `author`: who has a session and names a stream; the committer looks at the rights for each event
 */
export type Access = keyof Granted
interface Granted {
  readonly anyone: null
  readonly signedIn: Session
  readonly reader: OnStream
  readonly author: OnStream
}
export interface OnStream {
  readonly session: Session
  readonly stream: string
}
type Handler<A extends Access> = (c: Context, granted: Granted[A]) => Response | Promise<Response>

export function startRoutes(accounts: Accounts, directory: Directory, catchUp: EventLog['catchUp']): Routes {
  const hono = new Hono()
  const mounted: { readonly methods: readonly string[]; readonly path: RegExp }[] = []

  const grant: { readonly [A in Access]: (c: Context) => Granted[A] | Promise<Granted[A]> } = {
    anyone: () => null,
    signedIn: (c) => requireSession(c, accounts),
    author: (c) => ({ session: requireSession(c, accounts), stream: streamOf(c) }),
    async reader(c) {
      const session = requireSession(c, accounts)
      const stream = streamOf(c)
      const look = () => refusalOf(directory.rights(stream), session.actor, 'read', stream)
      let refusal = look()
      if (refusal && catchUp) {
        await catchUp() // who joined at another server a moment ago may read here
        refusal = look()
      }
      if (refusal) throw new Fault(refusal.code, refusal.message)
      return { session, stream }
    },
  }

  function mount<A extends Access>(methods: readonly string[], path: string, access: A, handler: Handler<A>): Routes {
    mounted.push({ methods, path: new RegExp(`^${path.replaceAll(/:[a-z]+/g, '[^/]+')}$`) })
    hono.on([methods[0]!], path, async (c) => handler(c, await grant[access](c)))
    return routes
  }

  const routes: Routes = {
    hono,
    get: (path, access, handler) => mount(['GET', 'HEAD'], path, access, handler),
    post: (path, access, handler) => mount(['POST'], path, access, handler),
    put: (path, access, handler) => mount(['PUT'], path, access, handler),
    methodsOf: (path) =>
      mounted
        .filter((route) => route.path.test(path))
        .flatMap(({ methods }) => methods)
        .toSorted(),
  }
  return routes
}
