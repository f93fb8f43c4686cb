import { createContext, use, type ReactNode } from 'react'
import type { ChatClient } from '../../workers/chat/chat-client.ts'
import type { QueryStore } from '../../react/query-store.ts'

export interface Live {
  readonly client: ChatClient
  readonly store: QueryStore
}

const LiveContext = createContext<Live | null>(null)

/** Both are made once, outside React (main.tsx): a component never opens a worker query while it renders. */
export function LiveProvider({ live, children }: { live: Live; children: ReactNode }) {
  return <LiveContext value={live}>{children}</LiveContext>
}

export function useLive(): Live {
  const live = use(LiveContext)
  if (!live) throw new Error('useLive needs a LiveProvider above it')
  return live
}
