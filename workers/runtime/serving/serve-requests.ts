import { assertNever } from '../../../schema/assert.ts'
import type { FromDatabase, ToDatabase } from '../../../schema/messages/runtime/database.ts'
import { deviceFailure } from '../storage/failure.ts'
import { AnswerBook, type Answer } from './answer-book.ts'
import type { LeaderDatabase } from './leader-database.ts'
import { inspectQueries } from './inspect-queries.ts'
import { ServedQueries } from './served-queries.ts'

export interface Serving {
  receive(message: Message): void
  announce(): void
  /** A new coordinator: it will subscribe and forward again. */
  reset(): void
}

type Message = Exclude<ToDatabase, { type: 'PROMOTE_TO_ACTIVE' | 'STAND_DOWN' | 'HEARTBEAT' }>

/**
 * The leader's work on an open database. Laws: requests run in the order of arrival, each once; what one request
 * changed goes out as one TURN, before its answer, and what the application says of itself before both: who sees a new
 * row never sees a status from before it. What the application does by itself, such as in a timer, goes out in the same way when it ends. SQL that may write waits for RUN_ACCEPTED, and what is behind it waits too.
 * First rows change nothing, and do not wait for one another.
 */
export function serveRequests(
  database: LeaderDatabase,
  tabId: string,
  post: (message: FromDatabase) => void,
  now: () => number = () => performance.now(),
): Serving {
  const { epoch } = database
  const answers = new AnswerBook(epoch)
  const queries = new ServedQueries(database, now)
  const inspect = inspectQueries(queries, now, ({ sql, parameters }) => database.query(sql, parameters).rows)
  let queue: Message[] = []
  /** the request at the head of the queue, which waits for RUN_ACCEPTED */
  let awaited: string | null = null
  let { application } = database

  database.watch({
    problem: (problem) => post({ type: 'PROBLEM_CHANGED', epoch, problem }),
    space: (space) => post({ type: 'SPACE_CHANGED', epoch, space }),
    changed: () => void unanswered(tell),
    replace: (reason) => post({ type: 'REPLACE_ME', epoch, reason }),
    toPeer: (message) => post({ type: 'TO_PEER', epoch, message }),
  })

  function receive(message: Message): void {
    if (message.epoch !== epoch) return
    if (message.type === 'RUN_ACCEPTED' || message.type === 'RUN_REFUSED') {
      if (awaited !== message.requestId) return
      awaited = null
      const first = queue.shift()
      if (first && message.type === 'RUN_ACCEPTED') run(first, true)
    } else {
      queue.push(message)
    }
    while (awaited === null && queue.length > 0) run(queue.shift() as Message, false)
  }

  function run(message: Message, accepted: boolean): void {
    if (!accepted && message.type === 'FORWARD_QUERY' && message.mayWrite && !answers.has(message.requestId)) {
      awaited = message.requestId
      queue.unshift(message)
      post({ type: 'QUERY_ACCEPTED', epoch, requestId: message.requestId })
      return
    }
    const answer = perform(message)
    tell()
    if (answer) post(answer)
  }

  function tell(): void {
    tellApplication()
    postTurn()
  }

  function perform(message: Message): Answer | null {
    switch (message.type) {
      case 'FORWARD_QUERY': {
        const { sql, parameters, mayWrite, requestId, guard } = message
        const run = () => ({ type: 'QUERY_RESULT', result: database.query(sql, parameters, guard) }) as const
        return answers.answer(requestId, mayWrite, run)
      }
      case 'FORWARD_CALL': {
        const { requestId, command, argument } = message
        const run = () => ({ type: 'CALL_RESULT', result: database.call(requestId, command, argument) }) as const
        return answers.answer(requestId, !database.reads(command), run, 'COMMAND_FAILED')
      }
      case 'FORWARD_INSPECT': {
        const { requestId, question } = message
        return answers.answer(requestId, false, () => ({ type: 'INSPECTED', result: inspect(question) }))
      }
      case 'FORWARD_SUBSCRIBE':
        queries.subscribe(message.queries, postTurn)
        return null
      case 'FORWARD_UNSUBSCRIBE':
        queries.unsubscribe(message.queryId)
        return null
      case 'FORWARD_PEER':
        return unanswered(() => database.receive(message.message))
      case 'FORWARD_CONTEXT':
        return unanswered(() => database.setContext(message.context))
      case 'RUN_ACCEPTED':
      case 'RUN_REFUSED':
        return null
      default:
        return assertNever(message)
    }
  }

  function postTurn(): void {
    const updates = queries.take()
    if (updates.length > 0) post({ type: 'TURN', epoch, updates })
  }

  function tellApplication(): void {
    if (database.application === application) return
    application = database.application
    post({ type: 'APPLICATION_CHANGED', epoch, application })
  }

  return {
    receive,
    announce() {
      const { storage, problem, space } = database
      post({ type: 'DB_OPENED', tabId, epoch, storage, problem, space, application })
    },
    reset() {
      queries.clear()
      queue = []
      awaited = null
    },
  }
}

/** Nobody waits for it: a failing device is the database's to tell, and the other side asks again. */
function unanswered(work: () => void): null {
  try {
    work()
  } catch (error) {
    if (deviceFailure(error) === null) console.error(error)
  }
  return null
}
