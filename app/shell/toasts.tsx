import { X } from 'lucide-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { focusSoon } from '../focus/focus-soon.ts'
import { isShown, writingPlace } from '../focus/places.ts'
import { wordsOf } from '../refusal-words.ts'
import { Button, IconButton } from './Button.tsx'
import { shortcut } from './keyboard.ts'
import css from './toasts.module.css'

/**
 * A short word on something that happened. It goes away by itself, but not while the pointer or the focus is on it.
 * `undo` takes back what happened, by its button or by Ctrl+Z; F6 goes to the newest notice, Escape closes it.
 */
export interface Toast {
  readonly text: string
  readonly kind?: 'info' | 'error'
  readonly undo?: () => void
}
interface ShownToast extends Toast {
  readonly id: number
}

const shownMs = { info: 6000, undo: 12_000, error: 12_000 }
const mostShown = 3

let toasts: readonly ShownToast[] = []
let nextId = 1
const listeners = new Set<() => void>()

/** Returns how to take it away again. */
export function showToast(toast: Toast): () => void {
  // said already; but every undo is for something of its own
  if (!toast.undo && toasts.some((shown) => shown.text === toast.text && !shown.undo)) return () => {}
  const id = nextId++
  change([...toasts, { ...toast, id }].slice(-mostShown))
  return () => closeToast(id)
}

/** For `.catch(showError)`: what went wrong. */
export function showError(error: unknown): void {
  showToast({ kind: 'error', text: wordsOf(error) })
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  const region = useRef<HTMLElement>(null)
  const before = useRef<HTMLElement | null>(null)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const key = toastKey(event)
      if (key === 'undo') {
        const newest = toasts.findLast((toast) => toast.undo)
        if (!newest) return
        closeToast(newest.id)
        newest.undo!()
      } else if (key === 'enter') {
        const newest = [...(region.current?.querySelectorAll<HTMLElement>('[data-toast] button') ?? [])].at(-1)
        if (!newest) return
        newest.closest('[data-toast]')!.querySelector('button')!.focus()
      } else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])

  /** the focus goes back to where it was before it came here */
  const close = (toast: ShownToast, held: boolean) => {
    closeToast(toast.id)
    const back = before.current
    if (held) focusSoon(() => (back && isShown(back) ? back : writingPlace('room')()))
  }
  const list = (kind: 'info' | 'error') => (
    <div role={kind === 'error' ? 'alert' : 'status'} className={css.list}>
      {shown
        .filter((toast) => (toast.kind ?? 'info') === kind)
        .map((toast) => (
          <ToastCard key={toast.id} toast={toast} close={close} />
        ))}
    </div>
  )
  return (
    <section
      ref={region}
      className={css.region}
      aria-label="Notices"
      onFocus={({ relatedTarget }) => {
        if (relatedTarget instanceof HTMLElement && !region.current?.contains(relatedTarget))
          before.current = relatedTarget
      }}
    >
      {list('error')}
      {list('info')}
    </section>
  )
}

function ToastCard({ toast, close }: { toast: ShownToast; close(toast: ShownToast, held: boolean): void }) {
  const card = useRef<HTMLDivElement>(null)
  const { id, kind = 'info', undo } = toast
  useEffect(() => {
    let left = undo ? shownMs.undo : shownMs[kind]
    const timer = setInterval(() => {
      if (card.current?.matches(':hover, :focus-within')) return
      left -= tickMs
      if (left <= 0) closeToast(id)
    }, tickMs)
    return () => clearInterval(timer)
  }, [id, kind, undo])
  const holdsFocus = () => card.current?.contains(document.activeElement) ?? false
  return (
    <div
      role="group"
      ref={card}
      data-toast={kind}
      className={css.toast}
      data-kind={kind}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close(toast, true)
      }}
    >
      <p>{toast.text}</p>
      {undo && (
        <Button
          title={`Undo (${shortcut('Z')})`}
          onClick={() => {
            close(toast, false)
            undo()
          }}
        >
          Undo
        </Button>
      )}
      <IconButton label="Close notice" onClick={() => close(toast, holdsFocus())}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  )
}

function toastKey(event: KeyboardEvent): 'undo' | 'enter' | null {
  if (event.defaultPrevented || event.altKey || event.shiftKey) return null
  if (event.key === 'F6' && !event.ctrlKey && !event.metaKey) return 'enter'
  // in a text field the same keys take back what was typed
  const inField = event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]') !== null
  return event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !inField ? 'undo' : null
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

const tickMs = 500
