import type { AnyEvent } from '../../schema/events/event.ts'
import type { EventKey } from '../../schema/events/key.ts'
import type { AppendResult } from '../../schema/messages/http.ts'
import type { Received, ReceivedPage, ReceivedTail } from '../../schema/messages/received.ts'
import type { FromSync, ToSync } from '../../schema/messages/sync.ts'
import type { ReadRequest, SyncFault } from './sync-api.ts'

/** What can happen to the sync machine, and what it can ask for. */
export type SyncInput =
  | { readonly type: 'START' }
  /** a page woke us; `retry`: it also has reason to believe that the network is back */
  | { readonly type: 'NUDGE'; readonly retry: boolean }
  /** the device lost its network: the live connection is dead, even if it does not know yet */
  | { readonly type: 'OFFLINE' }
  | { readonly type: 'MESSAGE'; readonly message: ToSync }
  | { readonly type: 'READ'; readonly request: number; readonly page: ReceivedPage }
  | { readonly type: 'READ_FAILED'; readonly request: number; readonly fault: SyncFault }
  | { readonly type: 'APPENDED'; readonly request: number; readonly results: AppendResult['results'] }
  | { readonly type: 'APPEND_FAILED'; readonly request: number; readonly fault: SyncFault }
  | { readonly type: 'TAIL'; readonly tail: number; readonly message: ReceivedTail }
  | { readonly type: 'TAIL_ENDED'; readonly tail: number; readonly fault: SyncFault | null }
  | {
      readonly type: 'QUEUE'
      readonly stream: string
      readonly after: string | null
      readonly items: readonly Received[]
    }
  /** a push queued something for this stream */
  | { readonly type: 'QUEUE_GREW'; readonly stream: string }
  | { readonly type: 'MIRRORED'; readonly events: readonly AnyEvent[] }
  /** the server's clock is that far ahead of ours */
  | { readonly type: 'CLOCK'; readonly skewMs: number }
  | { readonly type: 'TIMER'; readonly timer: TimerName }

export type SyncEffect =
  | { readonly type: 'SEND'; readonly message: FromSync }
  | { readonly type: 'READ'; readonly request: number; readonly stream: string; readonly what: ReadRequest }
  | {
      readonly type: 'APPEND'
      readonly request: number
      readonly stream: string
      readonly events: readonly AnyEvent[]
    }
  | { readonly type: 'OPEN_TAIL'; readonly tail: number }
  | { readonly type: 'CLOSE_TAIL' }
  | { readonly type: 'LOAD_QUEUE'; readonly stream: string }
  | { readonly type: 'UNQUEUE'; readonly stream: string; readonly upTo: string }
  | { readonly type: 'REMEMBER_CURSOR'; readonly stream: string; readonly seq: string }
  | { readonly type: 'LOAD_MIRROR' }
  | { readonly type: 'MIRROR'; readonly events: readonly AnyEvent[] }
  | { readonly type: 'UNMIRROR'; readonly events: readonly EventKey[] }
  /** (re)sets the timer; `ms` null stops it */
  | { readonly type: 'TIMER'; readonly timer: TimerName; readonly ms: number | null }

/** network: try again · acknowledgement: none came in time · snapshot: nothing was heard of it · blocked: ask again for streams that were refused */
export type TimerName = 'network' | 'acknowledgement' | 'blocked' | 'handover' | 'snapshot'
