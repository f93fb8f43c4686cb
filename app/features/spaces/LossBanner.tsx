import { lossesKey, readLosses, type Loss } from '../../../schema/messages/losses.ts'
import { sql, useLive, useLiveRow } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { showError } from '../../shell/toasts.tsx'
import banner from '../status/UpdateBanner.module.css'

const losses = sql<{ readonly value: string }>(`SELECT value FROM meta WHERE key = '${lossesKey}'`)

/** Says what the person is no longer in, and that it has left this device. */
export function LossBanner() {
  const { client } = useLive()
  const lost = readLosses(useLiveRow(losses).row?.value)
  if (lost.length === 0) return null
  return (
    <div className={banner.banner} role="status">
      <p>
        You are no longer in {lost.map(nameOf).join(', ')}. What was in {lost.length === 1 ? 'it' : 'them'} has been
        removed from this device.
      </p>
      <Button onClick={() => void client.forgetLosses().catch(showError)}>OK</Button>
    </div>
  )
}

const nameOf = ({ name }: Loss): string => (name === '' ? 'a direct message' : name)
