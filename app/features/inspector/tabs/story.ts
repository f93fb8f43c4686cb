import type { Happening, HappeningKind, RuntimeFacts, TabFacts } from '../../../../schema/messages/runtime/facts.ts'

/** A happening by this page's clock, and of which coordinator it is: one that dies takes its memory with it, the page keeps it. */
export interface Told extends Omit<Happening, 'msAgo'> {
  readonly coordinatorId: string
  /** unix ms */
  readonly at: number
}
export type Story = readonly Told[]

/** so much is kept */
const most = 300

/** What was told before, and what is new in these facts. Each happening stays where it was first placed. */
export function tellOn(story: Story, facts: RuntimeFacts, now: number): Story {
  const known = new Set(story.map(keyOf))
  const fresh = facts.happenings
    .map(({ msAgo, ...happening }) => ({ ...happening, coordinatorId: facts.coordinatorId, at: now - msAgo }))
    .filter((told) => !known.has(keyOf(told)))
  if (fresh.length === 0) return story
  return [...story, ...fresh].sort((a, b) => a.at - b.at).slice(-most)
}

const keyOf = ({ coordinatorId, n }: Pick<Told, 'coordinatorId' | 'n'>): string => `${coordinatorId} ${n}`

/** From the loss of a leader to the first answer of the next: what happened, and after how many ms. */
export interface Failover {
  readonly key: string
  /** unix ms */
  readonly at: number
  readonly from: string | null
  readonly to: string | null
  readonly epoch: number
  readonly steps: readonly { readonly what: HappeningKind; readonly ms: number }[]
  /** null: it is not over yet */
  readonly ms: number | null
}

const ofFailover: ReadonlySet<HappeningKind> = new Set([
  'PROMOTED',
  'LOCK_HELD',
  'OPENED',
  'OPEN_FAILED',
  'FIRST_ANSWER',
])

/** The newest first. */
export function failoversOf(story: Story): Failover[] {
  const found: Failover[] = []
  story.forEach((lost, place) => {
    if (lost.what !== 'LEADER_LOST') return
    const steps: { what: HappeningKind; ms: number }[] = []
    let [to, epoch, ms]: [string | null, number, number | null] = [null, lost.epoch, null]
    for (const next of story.slice(place + 1)) {
      if (next.what === 'LEADER_LOST') break
      if (!ofFailover.has(next.what) || next.coordinatorId !== lost.coordinatorId) continue
      steps.push({ what: next.what, ms: next.at - lost.at })
      if (next.what === 'OPENED') [to, epoch] = [next.tabId, next.epoch]
      if (next.what !== 'FIRST_ANSWER') continue
      ms = next.at - lost.at
      break
    }
    found.unshift({ key: keyOf(lost), at: lost.at, from: lost.tabId, to, epoch, steps, ms })
  })
  return found
}

/** Messages a second of each tab, from two looks at the same coordinator. */
export interface Rate {
  readonly heard: number
  readonly told: number
}
export function ratesOf(before: Look | null, now: Look): ReadonlyMap<string, Rate> {
  const rates = new Map<string, Rate>()
  if (!before || before.facts.coordinatorId !== now.facts.coordinatorId) return rates
  const seconds = (now.at - before.at) / 1000
  if (seconds <= 0) return rates
  const earlier = new Map(before.facts.tabs.map((tab) => [tab.tabId, tab]))
  for (const tab of now.facts.tabs) {
    const last = earlier.get(tab.tabId)
    if (!last) continue
    const perSecond = (key: keyof Pick<TabFacts, 'heard' | 'told'>) => Math.max(0, tab[key] - last[key]) / seconds
    rates.set(tab.tabId, { heard: perSecond('heard'), told: perSecond('told') })
  }
  return rates
}
export interface Look {
  readonly facts: RuntimeFacts
  /** unix ms */
  readonly at: number
}

/** Letters for tabs, in the order in which this page met them: their ids mean nothing to anybody. */
export function lettersOf(tabIds: readonly string[]): ReadonlyMap<string, string> {
  return new Map(tabIds.map((tabId, place) => [tabId, place < 26 ? String.fromCharCode(65 + place) : `T${place + 1}`]))
}
