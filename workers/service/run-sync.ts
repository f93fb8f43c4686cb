import { assertNever } from '../../schema/assert.ts'
import { chatNames, type FromSync, type ToSync } from '../../schema/messages/sync.ts'
import type { Locks } from '../runtime/platform/locks.ts'
import { backoffMs } from './backoff.ts'
import { withDeadline } from './deadline.ts'
import { erasedIn } from './erase-queued.ts'
import { SyncFault, type SyncApi } from './sync-api.ts'
import { SyncMachine } from './sync-machine.ts'
import type { SyncEffect, SyncInput, TimerName } from './sync-steps.ts'
import type { SyncStore } from './sync-store.ts'

/** The way to the coordinator. */
export interface SyncChannel {
  /** `peerId`: this sync client, whose lock the coordinator watches */
  post(peerId: string, message: FromSync): void
  listen(onMessage: (message: ToSync) => void): void
}

export interface SyncParts {
  readonly locks: Locks
  readonly channel: SyncChannel
  readonly api: SyncApi
  readonly store: SyncStore
  readonly random: () => number
  readonly now: () => number
  /** these messages are erased: what is still shown of them elsewhere goes */
  readonly erased?: (stream: string, messages: readonly string[]) => void
  /** the person may no longer read this stream */
  readonly gone?: (stream: string) => void
}

export interface RunningSync {
  nudge(retry: boolean): void
  offline(): void
  /** something was queued for this stream */
  queueGrew(stream: string): void
  /** resolves when nothing is under way, at the latest after `maxMs`: what a Service Worker stays alive for */
  quiet(maxMs: number): Promise<void>
  /** a person switched the network off */
  readonly cut: boolean
}

/** A browser's IndexedDB may hang. The streams wait for their queues no longer than this: the server has all that is in them. */
const storeMs = 5_000

/** Carries out what the machine says. Decides nothing. */
export function runSync({ locks, channel, api, store, random, now, erased, gone }: SyncParts): RunningSync {
  api.watchClock?.((skewMs) => take({ type: 'CLOCK', skewMs }))
  const peerId = Math.floor(random() * 2 ** 48).toString(36)
  const machine = new SyncMachine(peerId, random, now)
  const timers = new Map<TimerName, ReturnType<typeof setTimeout>>()
  const inputs: SyncInput[] = []
  const onQuiet = new Set<() => void>()
  let running = false
  let stumbles = 0
  let tail = new AbortController()

  /** One input at a time, also when carrying out an effect brings the next one at once. */
  function take(input: SyncInput): void {
    inputs.push(input)
    if (running) return
    running = true
    try {
      for (let next = inputs.shift(); next; next = inputs.shift()) {
        try {
          for (const effect of machine.step(next)) carryOut(effect)
        } catch (error) {
          stumbled(error)
        }
      }
    } finally {
      running = false
    }
    if (machine.quiet) for (const resolve of onQuiet) resolve()
  }

  /** A bug of ours, whatever came in: it must be seen, and must not end the sync. All begins anew, from the database. */
  function stumbled(error: unknown): void {
    console.error(error)
    inputs.length = 0
    stumbles += 1
    setTimeout(take, backoffMs(stumbles, random), { type: 'START' } satisfies SyncInput)
  }

  function carryOut(effect: SyncEffect): void {
    switch (effect.type) {
      case 'SEND': {
        const { message } = effect
        channel.post(peerId, message)
        if (message.type === 'STREAM_GONE') gone?.(message.stream)
        const messages = message.type === 'EVENTS' ? erasedIn(message.items, message.stream) : []
        if (message.type === 'EVENTS' && messages.length > 0) erased?.(message.stream, messages)
        return
      }
      case 'READ': {
        const { request, stream, what } = effect
        api.read(stream, what).then(
          (page) => take({ type: 'READ', request, page }),
          (fault: unknown) => take({ type: 'READ_FAILED', request, fault: asFault(fault) }),
        )
        return
      }
      case 'APPEND': {
        const { request, stream, events } = effect
        api.append(stream, events).then(
          (results) => take({ type: 'APPENDED', request, results }),
          (fault: unknown) => take({ type: 'APPEND_FAILED', request, fault: asFault(fault) }),
        )
        return
      }
      case 'OPEN_TAIL': {
        const id = effect.tail
        tail = new AbortController()
        api
          .tail((message) => take({ type: 'TAIL', tail: id, message }), tail.signal)
          .then(
            () => take({ type: 'TAIL_ENDED', tail: id, fault: null }),
            (fault: unknown) => take({ type: 'TAIL_ENDED', tail: id, fault: asFault(fault) }),
          )
        return
      }
      case 'CLOSE_TAIL':
        return tail.abort()
      case 'LOAD_QUEUE': {
        const { stream } = effect
        withDeadline(store.queue(stream), storeMs)
          .catch((error: unknown) => {
            lostStore(error)
            return { after: null, items: [] }
          })
          .then(({ after, items }) => take({ type: 'QUEUE', stream, after, items }))
        return
      }
      case 'UNQUEUE':
        store.unqueue(effect.stream, effect.upTo).catch(lostStore)
        return
      case 'REMEMBER_CURSOR':
        store.rememberCursor(effect.stream, effect.seq).catch(lostStore)
        return
      case 'LOAD_MIRROR':
        store.mirrored().then((events) => take({ type: 'MIRRORED', events }), lostStore)
        return
      case 'MIRROR':
        store.mirror(effect.events).catch(lostStore)
        return
      case 'UNMIRROR':
        store.unmirror(effect.events).catch(lostStore)
        return
      case 'TIMER': {
        const { timer, ms } = effect
        clearTimeout(timers.get(timer))
        if (ms !== null) timers.set(timer, setTimeout(take, ms, { type: 'TIMER', timer } satisfies SyncInput))
        return
      }
      default:
        assertNever(effect)
    }
  }

  // Before the first word: whoever hears of us waits for it.
  void locks.hold(chatNames.peerLock(peerId))
  channel.listen((message) => take({ type: 'MESSAGE', message }))
  take({ type: 'START' })

  return {
    nudge: (retry) => take({ type: 'NUDGE', retry }),
    offline: () => take({ type: 'OFFLINE' }),
    get cut() {
      return machine.cut
    },
    queueGrew: (stream) => take({ type: 'QUEUE_GREW', stream }),
    async quiet(maxMs) {
      if (machine.quiet) return
      await new Promise<void>((resolve) => {
        const done = () => {
          onQuiet.delete(done)
          resolve()
        }
        onQuiet.add(done)
        setTimeout(done, maxMs)
      })
    },
  }
}

/** Anything that is not a SyncFault is a bug of ours; it must not stop the sync, and must be seen. */
function asFault(error: unknown): SyncFault {
  if (error instanceof SyncFault) return error
  console.error(error)
  return new SyncFault('passing', String(error))
}

/** Without its store the sync client still works while a tab is open: SQLite has everything. */
function lostStore(error: unknown): void {
  console.warn('sync store:', error)
}
