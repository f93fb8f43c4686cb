import { useState } from 'react'
import { Button } from '../../shell/Button.tsx'
import { triedToUpdate, updateNow } from './service-worker-update.ts'
import css from './ProblemBanner.module.css'

/** Gets the newest version, for a tab that is too old for what it meets. */
export function UpdateNow() {
  const [busy, setBusy] = useState(false)
  const [tried] = useState(triedToUpdate)
  const update = () => {
    setBusy(true)
    void updateNow()
  }
  return (
    <>
      {tried && !busy && <span className={css.progress}>The server has no newer version yet.</span>}
      <Button look="primary" disabled={busy} onClick={update}>
        {busy ? 'Updating…' : tried ? 'Try again' : 'Update'}
      </Button>
    </>
  )
}
