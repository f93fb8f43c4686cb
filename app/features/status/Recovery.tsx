import type { SyncStatus } from '../../../schema/messages/chat-status.ts'
import { useClientStatus } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { useDamagedCopies } from './use-damaged-copies.ts'
import css from './ProblemBanner.module.css'

/** After a loss: how far the fetching is, the damaged file if one was kept, and the way to put the message away. */
export function Recovery({ done }: { done(): void }) {
  const { role, sync } = useClientStatus()
  const { copies, save } = useDamagedCopies()
  const applied = sync.progress.reduce((sum, each) => sum + Math.min(each.applied, each.total), 0)
  const total = sync.progress.reduce((sum, each) => sum + each.total, 0)
  const words =
    role === 'starting'
      ? 'Opening…'
      : applied < total
        ? `${applied.toLocaleString()} of ${total.toLocaleString()} changes`
        : wordsFor[sync.state]
  return (
    <>
      {words && (
        <label className={css.progress}>
          {words}
          {applied < total && <progress value={applied} max={total} />}
        </label>
      )}
      {copies.length > 0 && <Button onClick={save}>Save the damaged copy</Button>}
      <Button onClick={done}>Dismiss</Button>
    </>
  )
}

const wordsFor: Partial<Record<SyncStatus['state'], string>> = {
  live: 'Everything is here again',
  syncing: 'Fetching…',
  connecting: 'Connecting…',
  offline: 'Waiting for the network',
}
