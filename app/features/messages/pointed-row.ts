import { useSyncExternalStore } from 'react'

let pointed: string | null = null
const listeners = new Set<() => void>()

/**
 * The message that the pointer was moved to. Law: only the pointer's own movement chooses a message. Rows that move under
 * a pointer at rest (something arrives, is deleted, the window is resized) choose none: browsers tell them by `enter` and
 * `leave` alone, and `:hover` follows them, but no `pointermove` comes. So the tools stay with the message that they were
 * shown for, and under a resting pointer there are never the tools of another one.
 */
export function useIsPointedAt(row: string): boolean {
  return useSyncExternalStore(subscribe, () => pointed === row)
}

function point(row: string | null): void {
  if (row === pointed) return
  pointed = row
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) listen()
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) stop()
  }
}

function onMove({ target }: PointerEvent): void {
  point(rowAt(target))
}
/** A finger does not move to a message: it comes down on it. */
function onDown({ target, pointerType }: PointerEvent): void {
  if (pointerType === 'touch') point(rowAt(target))
}
function onLeave(): void {
  point(null)
}

function rowAt(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>('article[data-key]')?.dataset['key'] ?? null) : null
}

function listen(): void {
  document.addEventListener('pointermove', onMove)
  document.addEventListener('pointerdown', onDown)
  document.documentElement.addEventListener('pointerleave', onLeave)
}
function stop(): void {
  document.removeEventListener('pointermove', onMove)
  document.removeEventListener('pointerdown', onDown)
  document.documentElement.removeEventListener('pointerleave', onLeave)
  pointed = null
}
