import { useEffect, useState } from 'react'
import { Button } from '../../shell/Button.tsx'
import { onUpdateWaiting, takeUpdate } from './service-worker-update.ts'
import css from './UpdateBanner.module.css'

/** A new version is ready: it comes when the person says so. */
export function UpdateBanner() {
  const [shown, setShown] = useState(false)
  useEffect(() => onUpdateWaiting(setShown), [])
  if (!shown) return null
  return (
    <div className={css.banner} role="status">
      <p>A new version is ready.</p>
      <Button look="primary" onClick={takeUpdate}>
        Update
      </Button>
      <Button onClick={() => setShown(false)}>Later</Button>
    </div>
  )
}
