import type { Editor } from '@tiptap/core'
import { useSyncExternalStore } from 'react'
import type { PageSession } from './page-session.ts'

/** The page that is open for reading or writing, for what stands beside it: its comments, its history. */
export interface OpenEditor {
  readonly page: string
  readonly session: PageSession
  readonly editor: Editor
}

let open: OpenEditor | null = null
const listeners = new Set<() => void>()

/** Returns how to take it back. */
export function setOpenEditor(editor: OpenEditor): () => void {
  change(editor)
  return () => open === editor && change(null)
}

/** null: the page is not open yet, or only shown */
export function useOpenEditor(page: string): OpenEditor | null {
  const now = useSyncExternalStore(subscribe, () => open)
  return now?.page === page ? now : null
}

function change(next: OpenEditor | null): void {
  open = next
  for (const listener of listeners) listener()
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
