import { TriangleAlert } from 'lucide-react'
import type { Problem } from '../../../schema/messages/status.ts'
import { useClientStatus } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import css from './ProblemBanner.module.css'

/** What a person must know of the stack below: never a silent fallback. */
export function ProblemBanner() {
  const { problem, storage } = useClientStatus()
  const told = problem ?? (storage === 'memory' ? memory : null)
  if (!told) return null
  const words = wordsFor[told.code]
  return (
    <div className={css.banner} role="alert" data-grave={words.grave || undefined}>
      <TriangleAlert size={18} aria-hidden />
      <p>
        <b>{words.title}</b> {words.advice} <span className={css.message}>{told.message}</span>
      </p>
      {words.reload && <Button onClick={() => location.reload()}>Reload</Button>}
    </div>
  )
}

const memory: Problem = { code: 'STORAGE_MEMORY', message: '' }

const wordsFor: Record<Problem['code'], { title: string; advice: string; reload?: boolean; grave?: boolean }> = {
  STORAGE_MEMORY: {
    title: 'Nothing is stored on this device.',
    advice:
      'The browser gives no durable storage here (a private window?). What is not yet sent is lost with the last tab.',
  },
  STORAGE_LOST: {
    title: 'The stored data was gone.',
    advice: 'The browser or somebody cleared it. Everything that was sent is fetched again.',
  },
  STORAGE_CORRUPT: {
    title: 'The stored data was damaged.',
    advice: 'A fresh copy is being built from the server.',
    grave: true,
  },
  QUOTA_EXCEEDED: {
    title: 'This device is full.',
    advice: 'New messages are not taken in until there is room: free some disk space, then reload.',
    reload: true,
    grave: true,
  },
  SCHEMA_TOO_NEW: {
    title: 'A newer version has used this data.',
    advice: 'Reload to get that version. Nothing was changed.',
    reload: true,
    grave: true,
  },
  PROTOCOL_MISMATCH: {
    title: 'Another tab runs a different version.',
    advice: 'Close the other tabs, or reload them all.',
    reload: true,
  },
  OPEN_FAILED: {
    title: 'The database could not be opened.',
    advice: 'It is tried again by itself.',
    reload: true,
    grave: true,
  },
}
