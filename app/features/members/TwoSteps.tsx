import { useState, type ReactNode } from 'react'
import { Button } from '../../shell/Button.tsx'
import css from './Members.module.css'

interface TwoStepsProps {
  readonly label: string
  /** what it means, and cannot be taken back */
  readonly meaning: ReactNode
  readonly confirm: string
  onConfirm(): void
}

/** A button for what is hard to take back: it says what it means, and asks once more. */
export function TwoSteps({ label, meaning, confirm, onConfirm }: TwoStepsProps) {
  const [asked, setAsked] = useState(false)
  if (!asked) return <Button onClick={() => setAsked(true)}>{label}</Button>
  return (
    <div className={css.asked} role="group" aria-label={label}>
      <p>{meaning}</p>
      <div className={css.buttons}>
        <Button
          look="danger"
          autoFocus
          onClick={() => {
            setAsked(false)
            onConfirm()
          }}
        >
          {confirm}
        </Button>
        <Button onClick={() => setAsked(false)}>Cancel</Button>
      </div>
    </div>
  )
}
