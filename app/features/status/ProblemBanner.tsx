import { RotateCcw, TriangleAlert } from 'lucide-react'
import type { Problem } from '../../../schema/messages/runtime/status.ts'
import { useClientStatus } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { formatBytes } from './format-bytes.ts'
import { problemWords } from './problem-words.ts'
import { Recovery } from './Recovery.tsx'
import { UpdateNow } from './UpdateNow.tsx'
import { useDismissed } from './use-dismissed.ts'
import css from './ProblemBanner.module.css'

/** What a person must know of the stack below: never a silent fallback. */
export function ProblemBanner() {
  const { problem, storage, space } = useClientStatus()
  const told = problem ?? (storage === 'memory' ? memory : null)
  const [dismissed, dismiss] = useDismissed(told)
  if (!told || dismissed) return null
  const { title, advice, way, grave } = problemWords[told.code]
  const Icon = grave ? TriangleAlert : RotateCcw
  return (
    <div
      className={css.banner}
      role={grave ? 'alert' : 'status'}
      data-testid="problem"
      data-code={told.code}
      data-grave={grave || undefined}
    >
      <Icon size={18} aria-hidden />
      <div className={css.words}>
        <p>
          <b>{title}</b> {advice}
          {told.code === 'QUOTA_EXCEEDED' && space && (
            <span className={css.more}> This app uses {formatBytes(space.usage)}.</span>
          )}
          {told.message && <span className={css.more}> {told.message}</span>}
        </p>
      </div>
      <div className={css.ways}>
        {way === 'update' && <UpdateNow />}
        {way === 'recover' && <Recovery key={told.at} done={dismiss} />}
        {way === 'reload' && <Button onClick={() => location.reload()}>Reload</Button>}
      </div>
    </div>
  )
}

const memory: Problem = { code: 'STORAGE_MEMORY', message: '' }
