import type { HappeningKind } from '../../../../schema/messages/runtime/facts.ts'
import type { Failover } from './story.ts'
import css from './Tabs.module.css'

/** One failover as a line of time: a mark for each step, and its ms. */
export function FailoverChart({ of, nameOf }: { of: Failover; nameOf(tabId: string | null): string }) {
  const end = of.steps.at(-1)?.ms ?? 0
  const scale = Math.max(end, 1)
  const from = nameOf(of.from)
  const to = nameOf(of.to)
  return (
    <figure className={css.failover} data-testid="failover" data-ms={of.ms === null ? '' : Math.round(of.ms)}>
      <figcaption>
        <b>{of.to === null ? `${from} led no more` : from === to ? `${from} led again` : `${from} → ${to}`}</b>
        {of.ms === null ? ' … the next leader has not answered yet' : `, ${Math.round(of.ms)} ms without an answer`}
      </figcaption>
      <ol className={css.steps}>
        <li style={{ insetInlineStart: 0 }}>
          <span className={css.mark} data-what="LEADER_LOST" />
          <span className={css.stepWords}>the leader is gone: 0 ms</span>
        </li>
        {of.steps.map(({ what, ms }, place) => (
          <li key={`${what} ${place}`} style={{ insetInlineStart: `${(ms / scale) * 100}%` }}>
            <span className={css.mark} data-what={what} />
            <span className={css.stepWords}>
              {stepWords[what]}: {Math.round(ms)} ms
            </span>
          </li>
        ))}
      </ol>
    </figure>
  )
}

export const stepWords: Readonly<Record<HappeningKind, string>> = {
  COORDINATOR_STARTED: 'a coordinator began',
  TAB_CAME: 'came with a worker',
  TAB_LEFT: 'left',
  LEADER_LOST: 'leads no more',
  PROMOTED: 'was asked to lead',
  LOCK_HELD: 'has the database lock',
  OPENED: 'has the database open',
  OPEN_FAILED: 'could not open the database',
  FIRST_ANSWER: 'gave its first answer',
}
