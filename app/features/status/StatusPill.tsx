import { useEffect, useId, useRef, useState } from 'react'
import { sql, useClientStatus, useLive, useLiveQuery } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { showError } from '../../shell/toasts.tsx'
import { describeStatus } from './describe-status.ts'
import { SetAside } from './SetAside.tsx'
import { StorageUse } from './StorageUse.tsx'
import css from './StatusPill.module.css'

export const failedEvents = sql<{ readonly stream: string; readonly id: string; readonly error: string | null }>(
  `SELECT stream, event_id AS id, error FROM outbox WHERE state = 'failed' ORDER BY created_at, stream, event_id`,
)

/** How this tab stands: role, storage, sync and what waits to be sent. Opens on a click. */
export function StatusPill({ local }: { local: boolean }) {
  const status = useClientStatus()
  const words = describeStatus(status, local)
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const panelId = useId()
  useEffect(() => {
    if (!open) return
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !root.current?.contains(event.target as Node))
        setOpen(false)
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
        aria-label={`Status: ${words.short}, ${words.role}, ${words.storage}`}
        onClick={() => setOpen(!open)}
      >
        <span className={css.dot} aria-hidden />
        <span className={css.short}>{words.short}</span>
        <span className={css.detail}>
          {words.role} · {status.storage === 'memory' ? 'memory' : status.storage === 'opfs' ? 'OPFS' : '…'}
        </span>
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
          <StatusDetails />
        </div>
      )}
    </div>
  )
}

function StatusDetails() {
  const status = useClientStatus()
  const { client } = useLive()
  const { data: failed } = useLiveQuery(failedEvents)
  const facts: [string, string][] = [
    [
      'This tab',
      status.role === 'leader'
        ? 'leader: it has the database open'
        : status.role === 'follower'
          ? 'follower of another tab'
          : 'starting',
    ],
    ['Leader since', status.epoch > 0 ? `epoch ${status.epoch}` : 'none yet'],
    ['Coordinator', status.coordinator === 'shared' ? 'SharedWorker' : 'in the leader (no SharedWorker here)'],
    [
      'Storage',
      { unknown: 'opening…', opfs: 'on disk (OPFS)', memory: 'memory: lost with the last tab' }[status.storage],
    ],
    ['Sync', status.sync.state.replace('-', ' ')],
    ['Waiting to be sent', String(status.outbox.pending)],
  ]
  return (
    <>
      <dl className={css.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <StorageUse />
      </dl>
      {status.sync.error && <p className={css.error}>{status.sync.error}</p>}
      {status.sync.progress
        .filter((each) => each.applied < each.total)
        .map((each) => (
          <label key={each.stream} className={css.progress}>
            History: {each.applied.toLocaleString()} of {each.total.toLocaleString()} events
            <progress value={each.applied} max={each.total} />
          </label>
        ))}
      <SetAside />
      {failed.length > 0 && (
        <div className={css.failed}>
          <p>
            {failed.length === 1 ? '1 event was refused' : `${failed.length} events were refused`}
            {failed[0]?.error ? `: ${failed[0].error}` : ''}
          </p>
          <Button onClick={() => void client.retry(failed).catch(showError)}>Retry</Button>
          <Button look="danger" onClick={() => void client.discard(failed).catch(showError)}>
            Take back
          </Button>
        </div>
      )}
    </>
  )
}
