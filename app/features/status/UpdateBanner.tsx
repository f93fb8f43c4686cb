import { useEffect, useState } from 'react'
import { Button } from '../../shell/Button.tsx'
import { onUpdateWaiting } from './service-worker-update.ts'
import css from './UpdateBanner.module.css'

/** A new version is ready: it comes when the person says so. */
export function UpdateBanner() {
  const [activate, setActivate] = useState<(() => void) | null>(null)
  useEffect(() => onUpdateWaiting((take) => setActivate(() => take)), [])
  if (!activate) return null
  return (
    <div className={css.banner} role="status">
      <p>A new version is ready.</p>
      <Button look="primary" onClick={activate}>
        Update
      </Button>
      <Button onClick={() => setActivate(null)}>Later</Button>
    </div>
  )
}
