import type { KeyboardEvent } from 'react'

/** Arrow keys go from message to message; End goes to the newest; Escape leaves the message for the list. */
export function walkRows(event: KeyboardEvent<HTMLElement>, scrollToEnd: () => void): void {
  const target = event.target as HTMLElement
  const viewport = event.currentTarget
  if (target !== viewport && target.tagName !== 'ARTICLE') return
  if (event.key === 'End') {
    event.preventDefault()
    return scrollToEnd()
  }
  if (event.key === 'Escape' && target !== viewport) return viewport.focus()
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
  event.preventDefault()
  const rows = [...viewport.querySelectorAll<HTMLElement>('article')]
  const at = rows.indexOf(target)
  const bottom = viewport.getBoundingClientRect().bottom
  const start = rows.findLastIndex((row) => row.getBoundingClientRect().bottom <= bottom + 8)
  const next = at < 0 ? start : at + (event.key === 'ArrowUp' ? -1 : 1)
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus()
}
