import type { MouseEvent } from 'react'
import { goToMessage, parseRoute, type Route } from '../../routes.ts'

/** A link to a place in this app: it opens here, and not in another tab. Null for any other. */
export function ownRoute(address: string, origin = globalThis.location?.origin): Route | null {
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  if (url.origin !== origin) return null
  const route = parseRoute(url.href)
  return route.space === null ? null : route
}

/** For `onClick` of such a link; with a modifier key the browser opens a tab as ever. */
export function openHere(event: MouseEvent, route: Partial<Route>): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return
  event.preventDefault()
  goToMessage(route)
}
