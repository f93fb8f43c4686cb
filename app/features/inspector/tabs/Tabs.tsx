import { chatNames } from '../../../../schema/messages/sync.ts'
import type { RuntimeFacts, TabFacts } from '../../../../schema/messages/runtime/facts.ts'
import { useClientStatus, useLive } from '../../../live/index.ts'
import { Button } from '../../../shell/Button.tsx'
import { showError } from '../../../shell/toasts.tsx'
import { FailoverChart, stepWords } from './FailoverChart.tsx'
import { nothingLost } from './nothing-lost.ts'
import { failoversOf, lettersOf, ratesOf, type Story } from './story.ts'
import { useLocks } from './use-locks.ts'
import { useRuntime, type Runtime } from './use-runtime.ts'
import { useTrial, type Tried } from './use-trial.ts'
import css from './Tabs.module.css'

/** Who leads and who follows, what happens when one of them dies, and the switches to try it. */
export default function Tabs() {
  const runtime = useRuntime()
  const nameOf = useNames(runtime)
  const facts = runtime.look?.facts ?? null
  return (
    <div className={css.part}>
      {facts === null ? (
        <p>{runtime.silent ? 'No coordinator answers. It is asked again …' : 'Asking the coordinator …'}</p>
      ) : (
        <>
          <Topology runtime={runtime} facts={facts} nameOf={nameOf} />
          <Switches facts={facts} nameOf={nameOf} />
          <Failovers story={runtime.story} nameOf={nameOf} />
          <Locks nameOf={nameOf} />
          <Happenings story={runtime.story} nameOf={nameOf} />
        </>
      )}
    </div>
  )
}

type NameOf = (tabId: string | null) => string

/** Tabs that were met keep their letters, also when they are gone. */
function useNames({ met }: Runtime): NameOf {
  const { client } = useLive()
  const letters = lettersOf(met)
  return (tabId) => {
    if (tabId === null) return 'nobody'
    const letter = letters.get(tabId)
    const name = letter === undefined ? `tab ${tabId.slice(0, 4)}` : `tab ${letter}`
    return tabId === client.tabId ? `${name} (this one)` : name
  }
}

function Topology({ runtime, facts, nameOf }: { runtime: Runtime; facts: RuntimeFacts; nameOf: NameOf }) {
  const rates = ratesOf(runtime.before, runtime.look!)
  const { coordinator } = useClientStatus()
  const { leader } = facts
  return (
    <section className={css.section} aria-labelledby="inspector-tabs-who">
      <h3 id="inspector-tabs-who">Who leads</h3>
      <p data-testid="leader" data-epoch={facts.epoch} data-tab={leader?.tabId ?? ''}>
        {leader === null
          ? 'Nobody leads just now.'
          : `${sentence(nameOf(leader.tabId))} ${phaseWords[leader.phase]}. It is leader number ${leader.epoch} of this database.`}{' '}
        The coordinator runs in {coordinator === 'shared' ? 'a SharedWorker' : 'the leader’s worker'}
        {runtime.silent && ', and did not answer the last question'}. {facts.queries} live queries,{' '}
        {facts.requests.waiting} requests waiting, {facts.requests.answered.toLocaleString()} answered,{' '}
        {facts.requests.failed.toLocaleString()} failed since it began.{' '}
        {facts.peer ? 'The sync client lives.' : 'No sync client was heard of.'}
      </p>
      <div className={css.wide} role="region" aria-label="List of tabs" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Tab</th>
              <th scope="col">Does</th>
              <th scope="col">Worker</th>
              <th scope="col">Port</th>
              <th scope="col">Live queries</th>
              <th scope="col">Says a second</th>
              <th scope="col">Hears a second</th>
              <th scope="col">Not taken yet</th>
            </tr>
          </thead>
          <tbody>
            {facts.tabs.map((tab) => {
              const rate = rates.get(tab.tabId)
              return (
                <tr key={tab.tabId} data-testid="tab" data-tab={tab.tabId} data-leads={tab.tabId === leader?.tabId}>
                  <th scope="row">{sentence(nameOf(tab.tabId))}</th>
                  <td>{roleOf(tab, leader)}</td>
                  <td>
                    number {tab.life}
                    {tab.ready ? '' : ', starting'}
                  </td>
                  <td>{tab.electable ? 'direct' : 'none: cannot lead'}</td>
                  <td>{tab.subscriptions}</td>
                  <td>{rate ? rate.heard.toFixed(1) : '–'}</td>
                  <td>{rate ? rate.told.toFixed(1) : '–'}</td>
                  <td>{tab.behind ? 'too much: gets snapshots' : tab.unreceived}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Switches({ facts, nameOf }: { facts: RuntimeFacts; nameOf: NameOf }) {
  const { client } = useLive()
  const { cut, outbox, coordinator } = useClientStatus()
  const { tried, run } = useTrial()
  const busy = tried !== null && tried.verdict === null
  const end = (what: Tried['what']) => void run(what).catch(showError)
  return (
    <section className={css.section} aria-labelledby="inspector-tabs-try">
      <h3 id="inspector-tabs-try">Try what happens</h3>
      <ul className={css.switches}>
        <li>
          <Button look="danger" disabled={busy || facts.leader?.phase !== 'open'} onClick={() => end('leader')}>
            End the leader’s worker
          </Button>
          <p>
            The worker of {nameOf(facts.leader?.tabId ?? null)} is ended amid its work. Its page stays, and starts
            another worker. Whoever gets the database lock first leads.
          </p>
        </li>
        <li>
          <Button look="danger" disabled={busy || coordinator !== 'shared'} onClick={() => end('coordinator')}>
            End the coordinator
          </Button>
          <p>
            {coordinator === 'shared'
              ? 'The SharedWorker ends itself. The tabs start another, and tell it what they wait for. The leader stays.'
              : 'Here it runs in the leader’s worker: end that one.'}
          </p>
        </li>
        <li>
          <Button aria-pressed={cut} onClick={() => client.setNetwork(cut)}>
            {cut ? 'Switch the network on' : 'Switch the network off'}
          </Button>
          <p>
            {cut
              ? `Off, for all tabs. ${outbox.pending.toLocaleString()} events wait to be sent.`
              : 'Nothing more is asked of the server, by any tab, until it is on again or all tabs are closed. What you write waits.'}
          </p>
        </li>
      </ul>
      <div role="status">{tried && <Outcome tried={tried} />}</div>
    </section>
  )
}

function Outcome({ tried }: { tried: Tried }) {
  const { verdict } = tried
  if (verdict === null) return <p className={css.outcome}>The {tried.what} was ended. Waiting for the next …</p>
  const well = nothingLost(verdict)
  const more = verdict.after - verdict.before
  return (
    <p
      className={css.outcome}
      data-testid="outcome"
      data-what={tried.what}
      data-well={well}
      data-before={verdict.before}
      data-after={verdict.after}
    >
      <b>{well ? 'Nothing lost.' : 'Something is missing.'}</b> {verdict.before.toLocaleString()} events before,{' '}
      {verdict.after.toLocaleString()} after{more > 0 && ` (${more.toLocaleString()} came meanwhile)`}. Of the newest
      ones before, {verdict.lost.length} are missing. {verdict.waiting.toLocaleString()} wait to be sent. It took{' '}
      {verdict.ms.toLocaleString()} ms until the database answered again.
    </p>
  )
}

function Failovers({ story, nameOf }: { story: Story; nameOf: NameOf }) {
  const failovers = failoversOf(story)
  return (
    <section className={css.section} aria-labelledby="inspector-tabs-failovers">
      <h3 id="inspector-tabs-failovers">Failovers</h3>
      {failovers.length === 0 && <p>No leader was lost since this coordinator began.</p>}
      {failovers.slice(0, 5).map((failover) => (
        <FailoverChart key={failover.key} of={failover} nameOf={nameOf} />
      ))}
    </section>
  )
}

function Locks({ nameOf }: { nameOf: NameOf }) {
  const locks = useLocks(`${lockPrefix}-`)
  return (
    <section className={css.section} aria-labelledby="inspector-tabs-locks">
      <h3 id="inspector-tabs-locks">Locks</h3>
      <p>
        The browser lets go of a lock when its holder dies. So a death is noticed at once, and nobody opens the file
        twice.
      </p>
      <div className={css.wide} role="region" aria-label="List of locks" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Lock</th>
              <th scope="col">Held</th>
              <th scope="col">Waiting</th>
            </tr>
          </thead>
          <tbody>
            {locks.map(({ name, held, waiting }) => (
              <tr key={name}>
                <th scope="row">{lockWords(name, nameOf)}</th>
                <td>{held}</td>
                <td>{waiting}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Happenings({ story, nameOf }: { story: Story; nameOf: NameOf }) {
  return (
    <details className={css.section}>
      <summary>All that happened ({story.length})</summary>
      <ol className={css.happenings}>
        {story.toReversed().map((told) => (
          <li key={`${told.coordinatorId} ${told.n}`}>
            <time dateTime={new Date(told.at).toISOString()}>{timeOf(told.at)}</time>{' '}
            {told.tabId === null
              ? sentence(stepWords[told.what])
              : `${sentence(nameOf(told.tabId))} ${stepWords[told.what]}`}
          </li>
        ))}
      </ol>
    </details>
  )
}

const phaseWords = {
  promoted: 'was asked to lead, and waits for the database lock',
  opening: 'has the database lock, and opens the database',
  open: 'has the database open',
} as const

function roleOf(tab: TabFacts, leader: RuntimeFacts['leader']): string {
  if (tab.tabId === leader?.tabId) return leader.phase === 'open' ? 'leads' : 'begins to lead'
  return tab.visible ? 'follows' : 'follows, hidden'
}

const lockPrefix = chatNames.databaseLock.slice(0, chatNames.databaseLock.indexOf('-'))

function lockWords(name: string, nameOf: NameOf): string {
  const { databaseLock, servingLock, worker } = chatNames
  if (name === databaseLock) return 'the database: its holder has the file open'
  if (name === servingLock) return 'to serve as coordinator'
  const tab = new RegExp(`^${lockPrefix}-tab-(.+)-(\\d+)$`).exec(name)
  if (tab) return `${nameOf(tab[1]!)}, life ${tab[2]}`
  if (name.startsWith(`${worker}-`)) return 'a tab’s worker, alive'
  if (name.startsWith(`${lockPrefix}-peer-`)) return 'the sync client, alive'
  if (name.startsWith(`${lockPrefix}-coordinator-`)) return 'the coordinator, alive'
  return name
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
const timeOf = (at: number): string =>
  `${new Date(at).toLocaleTimeString()}.${String(Math.floor(at % 1000)).padStart(3, '0')}`
