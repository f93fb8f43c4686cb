import type { Happening, HappeningKind, RuntimeFacts } from '../../../schema/messages/runtime/facts.ts'
import type { CoordinatorState, Delivery, Input } from './state.ts'

/** so many happenings are kept */
const most = 200

/**
 * Watches the steps of a coordinator and keeps what a person may ask of them. Law: it changes nothing, and is told of each step once,
 * after it: what it says is what `route` did.
 *
 * Example: the leader's lock is released → LEADER_LOST, PROMOTED (another tab's worker was asked); that worker says DB_OPENED → OPENED;
 * its first TURN → FIRST_ANSWER.
 */
export class Observer {
  readonly #state: CoordinatorState
  readonly #happenings: (Omit<Happening, 'msAgo'> & { readonly at: number })[] = []
  /** messages from each tab and to it */
  readonly #heard = new Map<string, number>()
  readonly #told = new Map<string, number>()
  readonly #lives = new Map<string, number>()
  #n = 0
  #answered = 0
  #failed = 0
  #leader: { readonly tabId: string; readonly epoch: number; readonly phase: string } | null = null
  #hasAnswered = false

  constructor(state: CoordinatorState, now: number) {
    this.#state = state
    this.#note('COORDINATOR_STARTED', null, now)
  }

  stepped(input: Input, deliveries: readonly Delivery[], now: number): void {
    if (input.from === 'tab') count(this.#heard, input.tabId)
    if (input.from === 'database' && input.message.type === 'OPEN_FAILED') this.#note('OPEN_FAILED', input.tabId, now)
    for (const delivery of deliveries) this.#delivered(delivery, now)
    this.#compareLeader(now)
    const isAnswer = input.from === 'database' && answers.has(input.message.type)
    if (isAnswer && this.#leader?.phase === 'open' && !this.#hasAnswered && input.tabId === this.#leader.tabId) {
      this.#hasAnswered = true
      this.#note('FIRST_ANSWER', input.tabId, now)
    }
  }

  facts(now: number): RuntimeFacts {
    const { coordinatorId, epoch, leader, tabs, queries, requests, peerId } = this.#state
    const subscriptions = new Map<string, number>()
    for (const { subscribers } of queries.values()) for (const tabId of subscribers.keys()) count(subscriptions, tabId)
    return {
      coordinatorId,
      epoch,
      leader: leader && {
        tabId: leader.tabId,
        epoch: leader.epoch,
        phase: leader.phase,
        heardMsAgo: now - leader.heardAt,
      },
      tabs: [...tabs.values()]
        .sort((a, b) => a.order - b.order)
        .map(({ tabId, life, electable, visible, ready, unreceived, behind }) => ({
          tabId,
          life,
          electable,
          visible,
          ready,
          subscriptions: subscriptions.get(tabId) ?? 0,
          heard: this.#heard.get(tabId) ?? 0,
          told: this.#told.get(tabId) ?? 0,
          unreceived: unreceived.length,
          behind,
        })),
      queries: queries.size,
      requests: { waiting: requests.size, answered: this.#answered, failed: this.#failed },
      peer: peerId !== null,
      happenings: this.#happenings.map(({ at, ...happening }) => ({ ...happening, msAgo: now - at })),
    }
  }

  #delivered(delivery: Delivery, now: number): void {
    if (delivery.to === 'tab') {
      const { type } = delivery.message
      count(this.#told, delivery.tabId)
      if (type === 'QUERY_RESPONSE' || type === 'CALL_RESPONSE') this.#answered += 1
      if (type === 'QUERY_ERROR') this.#failed += 1
    } else if (delivery.to === 'locks' && delivery.type === 'WATCH') {
      // a tab says again who it is whenever it connects: only another worker is news
      if (this.#lives.get(delivery.tabId) !== delivery.life) this.#note('TAB_CAME', delivery.tabId, now)
      this.#lives.set(delivery.tabId, delivery.life)
    } else if (delivery.to === 'ports') {
      for (const known of [this.#lives, this.#heard, this.#told]) known.delete(delivery.tabId)
      this.#note('TAB_LEFT', delivery.tabId, now)
    }
  }

  #compareLeader(now: number): void {
    const before = this.#leader
    const { leader } = this.#state
    if (before?.tabId === leader?.tabId && before?.epoch === leader?.epoch && before?.phase === leader?.phase) return
    this.#leader = leader && { tabId: leader.tabId, epoch: leader.epoch, phase: leader.phase }
    const same = before?.tabId === leader?.tabId
    if (before?.phase === 'open' && (!same || leader?.phase !== 'open')) {
      this.#note('LEADER_LOST', before.tabId, now, before.epoch)
    }
    if (!leader) return
    this.#note(phases[leader.phase], leader.tabId, now, leader.epoch)
    if (leader.phase === 'open') this.#hasAnswered = false
  }

  #note(what: HappeningKind, tabId: string | null, at: number, epoch = this.#state.epoch): void {
    this.#happenings.push({ n: ++this.#n, what, tabId, epoch, at })
    if (this.#happenings.length > most) this.#happenings.shift()
  }
}

const phases = { promoted: 'PROMOTED', opening: 'LOCK_HELD', open: 'OPENED' } as const
const answers: ReadonlySet<string> = new Set(['TURN', 'QUERY_RESULT', 'CALL_RESULT', 'QUERY_ERROR'])

function count(of: Map<string, number>, key: string): void {
  of.set(key, (of.get(key) ?? 0) + 1)
}
