import { useEffect, useId, useRef, useState } from 'react'
import type { ChatStatus } from '../../../schema/messages/chat-status.ts'
import { sql, useClientStatus, useLive, useLiveQuery } from '../../live/index.ts'
import { openInspector } from '../../routes.ts'
import { refusalOf, saidOf } from '../../refusal-words.ts'
import { Button } from '../../shell/Button.tsx'
import { showError } from '../../shell/toasts.tsx'
import { describeStatus } from './describe-status.ts'
import { SetAside } from './SetAside.tsx'
import { StorageUse } from './StorageUse.tsx'
import css from './StatusPill.module.css'

export const failedEvents = sql<{ readonly stream: string; readonly id: string; readonly error: string | null }>(
  `SELECT stream, event_id AS id, error FROM outbox WHERE state = 'failed' ORDER BY created_at, stream, event_id`,
)

/** How things stand: what waits to be sent, where it is kept; how it works behind that. Opens on a click. */
export function StatusPill({ local }: { local: boolean }) {
  const status = useClientStatus()
  const words = describeStatus(status, local)
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const panelId = useId()
  useEffect(() => {
    if (!open) return
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return
        if (root.current?.contains(document.activeElement)) root.current.querySelector('button')?.focus()
        setOpen(false)
      } else if (!root.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('keydown', close)
    document.addEventListener('pointerdown', close)
    return () => {
      document.removeEventListener('keydown', close)
      document.removeEventListener('pointerdown', close)
    }
  }, [open])

  return (
    <div className={css.root} ref={root}>
      <button
        type="button"
        className={css.pill}
        data-testid="sync-pill"
        data-tone={words.tone}
        data-role={status.role}
        data-storage={status.storage}
        data-sync={status.sync.state}
        data-queued={status.outbox.pending}
        aria-expanded={open}
        aria-controls={panelId}
        aria-label={`Status: ${words.short}, ${words.storage}`}
        onClick={() => setOpen(!open)}
      >
        <span className={css.dot} aria-hidden />
        <span className={css.short}>{words.short}</span>
        {words.progress !== null && (
          <span
            className={css.bar}
            role="progressbar"
            aria-label="History"
            aria-valuenow={Math.floor(words.progress * 100)}
          >
            <span style={{ transform: `scaleX(${words.progress})` }} />
          </span>
        )}
      </button>
      {open && (
        <div className={css.panel} id={panelId} role="region" aria-label="Status details">
          <StatusDetails local={local} />
          <Button
            className={css.inspect}
            onClick={() => {
              setOpen(false)
              openInspector()
            }}
          >
            Open the inspector
          </Button>
        </div>
      )}
    </div>
  )
}

function StatusDetails({ local }: { local: boolean }) {
  const status = useClientStatus()
  const { client } = useLive()
  const { data: failed } = useLiveQuery(failedEvents)
  const facts: [string, string][] = [
    ['Messages', syncWords[local ? 'off' : status.sync.state]],
    ['Waiting to be sent', String(status.outbox.pending)],
    [
      'Kept',
      {
        unknown: 'opening…',
        opfs: 'on this device, offline too',
        memory: 'until the last tab is closed: the browser keeps nothing here',
      }[status.storage],
    ],
  ]
  const technical: [string, string][] = [
    [
      'This tab',
      { starting: 'starting', leader: 'has the database open (leader)', follower: 'asks the leader' }[status.role],
    ],
    ['Changes of leader', status.epoch > 0 ? String(status.epoch) : 'none yet'],
    ['Coordinator', status.coordinator === 'shared' ? 'SharedWorker' : 'in the leader’s worker'],
    ['Storage', { unknown: 'opening', opfs: 'SQLite on OPFS', memory: 'SQLite in memory' }[status.storage]],
  ]
  return (
    <>
      <dl className={css.facts}>
        <Facts of={facts} />
        <StorageUse />
      </dl>
      {status.sync.error && <p className={css.error}>{saidOf(status.sync.error, status.sync.error)}</p>}
      {status.sync.progress
        .filter((each) => each.applied < each.total)
        .map((each) => (
          <label key={each.stream} className={css.progress}>
            History: {each.applied.toLocaleString()} of {each.total.toLocaleString()} changes
            <progress value={each.applied} max={each.total} />
          </label>
        ))}
      <SetAside />
      {failed.length > 0 && (
        <div className={css.failed}>
          <p>{failed.length === 1 ? 'One change was not taken.' : `${failed.length} changes were not taken.`}</p>
          {[...new Set(failed.map(({ error }) => refusalOf(error)))].map((words) => (
            <p key={words}>{words}</p>
          ))}
          <Button onClick={() => void client.retry(failed).catch(showError)}>Retry</Button>
          <Button look="danger" onClick={() => void client.discard(failed).catch(showError)}>
            Discard
          </Button>
        </div>
      )}
      <details className={css.technical}>
        <summary>Technical details</summary>
        <dl className={css.facts}>
          <Facts of={technical} />
        </dl>
      </details>
    </>
  )
}

function Facts({ of }: { of: readonly (readonly [string, string])[] }) {
  return of.map(([name, value]) => (
    <div key={name}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  ))
}

const syncWords: Record<ChatStatus['sync']['state'], string> = {
  live: 'up to date',
  syncing: 'coming in',
  connecting: 'connecting',
  offline: 'offline',
  off: 'on this device alone',
  'signed-out': 'signed out',
}
