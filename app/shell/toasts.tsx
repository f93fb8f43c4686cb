import { X } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { Button, IconButton } from './Button.tsx'
import css from './toasts.module.css'

/** A short word on something that happened. Errors stay until they are closed, the rest six seconds. */
export interface Toast {
  readonly text: string
  readonly kind?: 'info' | 'error'
  readonly action?: { readonly label: string; run(): void }
}

let toasts: readonly (Toast & { readonly id: number })[] = []
let nextId = 1
const listeners = new Set<() => void>()

export function showToast(toast: Toast): void {
  const id = nextId++
  if (toasts.some((shown) => shown.text === toast.text)) return
  change([...toasts.slice(-2), { ...toast, id }])
  if (toast.kind !== 'error') setTimeout(() => closeToast(id), 6000)
}

/** For `.catch(showError)`: what went wrong, in its own words. */
export function showError(error: unknown): void {
  showToast({ kind: 'error', text: error instanceof Error ? error.message : String(error) })
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className={css.region} role="status" aria-live="polite" aria-label="Notices">
      {shown.map((toast) => (
        <div key={toast.id} className={css.toast} data-kind={toast.kind ?? 'info'}>
          <p>{toast.text}</p>
          {toast.action && (
            <Button
              onClick={() => {
                toast.action!.run()
                closeToast(toast.id)
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton label="Close notice" onClick={() => closeToast(toast.id)}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      ))}
    </div>
  )
}

function closeToast(id: number): void {
  change(toasts.filter((toast) => toast.id !== id))
}

function change(next: typeof toasts): void {
  toasts = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
