import type { Logger } from 'pino'
import { assertNever } from '../../schema/assert.ts'
import type { Limits } from '../limits.ts'
import type { Payload } from './push.ts'
import type { Outcome } from './send-push.ts'
import type { Subscription, SubscriptionFile } from './subscription-file.ts'

/**
 * Pushes on their way, a line for each device. Laws: a device has one request at a time, and of a stream one push that
 * waits, the earliest; what waits is bounded, for one and for all; a device whose last push failed, or that no push has
 * ever reached, waits in a lane of its own, so that a thousand dead ones hold up no living one.
 *
 * Nothing of it is kept over a restart: the news are in the app.
 */
export interface Lines {
  add(session: string, payload: Payload): void
  /** it is signed out, or wants nothing more */
  drop(session: string): void
  state(): LinesState
  close(): void
}
export interface LinesState {
  /** pushes that wait, for their turn or their next attempt */
  readonly waiting: number
  /** since the start */
  readonly sent: number
  readonly failed: number
  readonly dropped: number
}
export interface LinesParts {
  send(subscription: Subscription, payload: Payload): Promise<Outcome>
  /** null: signed out, or never there */
  find(session: string): Subscription | null
  readonly file: Pick<SubscriptionFile, 'remove' | 'failing' | 'worked'>
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly limits: Pick<Limits, 'pushesAtOnce' | 'pushesInAll'>
  readonly now?: () => number
  readonly random?: () => number
}

interface Line {
  readonly session: string
  /** by stream: from where on */
  readonly heads: Map<string, string>
  attempts: number
  /** its last push came through */
  healthy: boolean
  state: 'idle' | 'ready' | 'sending' | 'resting'
  timer: NodeJS.Timeout | null
}
interface Lane {
  readonly ready: Line[]
  readonly atOnce: number
  sending: number
}

export const streamsPerLine = 50
export const maxAttempts = 8
const firstRestMs = 2000
const longestRestMs = 3600_000
/** a device of which nobody heard for so long gets no more */
export const patienceMs = 14 * 24 * 3600_000

export function startLines(parts: LinesParts): Lines {
  const { send, find, file, logger, limits, now = Date.now, random = Math.random } = parts
  const lines = new Map<string, Line>()
  const healthy: Lane = { ready: [], atOnce: limits.pushesAtOnce, sending: 0 }
  const doubtful: Lane = { ready: [], atOnce: Math.max(1, Math.floor(limits.pushesAtOnce / 10)), sending: 0 }
  const counts = { waiting: 0, sent: 0, failed: 0, dropped: 0 }
  let closed = false

  function serve(lane: Lane): void {
    for (let line = lane.ready[0]; line && lane.sending < lane.atOnce; line = lane.ready[0]) {
      lane.ready.shift()
      if (line.state === 'ready') void sendNext(line, lane)
    }
  }

  function queue(line: Line): void {
    if (closed) return
    line.state = 'ready'
    const lane = line.healthy ? healthy : doubtful
    lane.ready.push(line)
    serve(lane)
  }

  async function sendNext(line: Line, lane: Lane): Promise<void> {
    const [next] = line.heads
    const subscription = find(line.session)
    if (!next || !subscription) {
      if (!subscription) file.remove(line.session)
      return end(line)
    }
    const [stream, head] = next
    line.state = 'sending'
    line.heads.delete(stream)
    counts.waiting--
    lane.sending++
    const outcome = await send(subscription, { stream, head }).catch((error: unknown): Outcome => ({
      type: 'later',
      reason: (error as Error).message,
      afterMs: null,
    }))
    lane.sending--
    if (!closed && lines.get(line.session) === line) settle(line, subscription, { stream, head }, outcome)
    serve(lane)
  }

  function settle(line: Line, subscription: Subscription, payload: Payload, outcome: Outcome): void {
    const { session, failingSince, proven } = subscription
    line.healthy = outcome.type === 'sent'
    switch (outcome.type) {
      case 'sent':
        counts.sent++
        line.attempts = 0
        if (failingSince !== null || !proven) file.worked(session)
        return goOn(line)
      case 'gone':
        logger.info({ session }, 'a push subscription ended')
        file.remove(session)
        return end(line)
      case 'refused':
      case 'later':
        counts.failed++
        logger.warn({ session, reason: outcome.reason }, 'a push could not be delivered')
        if (failingSince === null) file.failing(session, now())
        else if (now() - failingSince > patienceMs) {
          file.remove(session)
          return end(line)
        }
        if (outcome.type === 'refused') return goOn(line)
        // what came meanwhile for the same stream lies behind it
        if (!line.heads.has(payload.stream)) counts.waiting++
        line.heads.set(payload.stream, payload.head)
        return rest(line, outcome.afterMs)
      default:
        return assertNever(outcome)
    }
  }

  function goOn(line: Line): void {
    if (line.heads.size > 0) queue(line)
    else end(line)
  }

  /** Twice as long each time, not all at the same moment; then it is given up until there is other news. */
  function rest(line: Line, afterMs: number | null): void {
    line.attempts++
    if (line.attempts >= maxAttempts) return end(line)
    const own = firstRestMs * 2 ** (line.attempts - 1) * (0.8 + 0.4 * random())
    line.state = 'resting'
    line.timer = setTimeout(() => queue(line), Math.min(longestRestMs, Math.max(own, afterMs ?? 0))).unref()
  }

  function end(line: Line): void {
    clearTimeout(line.timer ?? undefined)
    counts.waiting -= line.heads.size
    line.heads.clear()
    line.state = 'idle'
    if (lines.get(line.session) === line) lines.delete(line.session)
  }

  return {
    add(session, { stream, head }) {
      if (closed) return
      let line = lines.get(session)
      if (line?.heads.has(stream)) return
      if (counts.waiting >= limits.pushesInAll || (line && line.heads.size >= streamsPerLine)) {
        counts.dropped++
        return
      }
      if (!line) {
        const { proven, failingSince } = find(session) ?? { proven: false, failingSince: null }
        const isHealthy = proven && failingSince === null
        line = { session, heads: new Map(), attempts: 0, healthy: isHealthy, state: 'idle', timer: null }
        lines.set(session, line)
      }
      line.heads.set(stream, head)
      counts.waiting++
      if (line.state === 'idle') queue(line)
    },
    drop(session) {
      const line = lines.get(session)
      if (line) end(line)
    },
    state: () => ({ ...counts }),
    close() {
      closed = true
      for (const lane of [healthy, doubtful]) lane.ready.length = 0
      for (const line of lines.values()) clearTimeout(line.timer ?? undefined)
    },
  }
}
