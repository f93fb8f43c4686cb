import type { ChatClient } from '../workers/chat/chat-client.ts'
import { tidyFiles } from './features/files/device-files.ts'

/*
 * What the first screen does without (panels, menus, the emoji picker, dialogs) is loaded when there is nothing else to
 * do: its first opening then costs what the next ones cost.
 */

const rest: readonly (() => Promise<unknown>)[] = [
  () => import('./SidePanel.tsx'),
  () => import('./features/messages/MessageOverlay.tsx'),
  () => import('./features/rooms/RoomSwitcher.tsx'),
  () => import('./features/rooms/CreateRoom.tsx'),
]

/** One after the other, each in a pause. Returns a function that ends it. */
export function loadTheRest(client: ChatClient): () => void {
  let wanted = true
  const next = async (at: number) => {
    await pause()
    if (!wanted) return
    if (at === rest.length)
      return void (await tidyFiles(client).catch((error: unknown) => console.warn('files:', error)))
    // offline and not kept yet: it is asked for again when it is needed
    await rest[at]!().catch(() => {})
    await next(at + 1)
  }
  void next(0)
  return () => {
    wanted = false
  }
}

function pause(): Promise<unknown> {
  return new Promise((resolve) => {
    // Safari has no idle callbacks
    if (typeof requestIdleCallback === 'function')
      setTimeout(() => requestIdleCallback(resolve, { timeout: 5000 }), 300)
    else setTimeout(resolve, 1500)
  })
}
