import { useMemo } from 'react'
import { navigate as go, useLocationProperty } from 'wouter/use-browser-location'
import { parsePanel, printPanel, type Panel } from './panels.ts'

/**
 * Where a person is: /s/<space>/<room>/page/<page>?panel=…&inspect=…#<message>. The address holds all of it, so a link, Back and a reload
 * bring it back.
 *
 * Example: /s/01S/01R?panel=thread&thread=01T#01M is message 01M, shown in the thread panel when it lies in the thread.
 */
export interface Route {
  readonly space: string | null
  readonly room: string | null
  /** shown instead of the room's messages */
  readonly page: string | null
  readonly panel: Panel | null
  /** what the inspector shows; null: it is closed */
  readonly inspect: Inspect | null
  /** the message to show and to highlight */
  readonly message: string | null
}

export interface Inspect {
  /** null: its first part */
  readonly part: string | null
  /** what of it, in the part's own words */
  readonly of: string | null
}

export function parseRoute(address: string): Route {
  const url = new URL(address, 'http://rooms.invalid')
  const [, space, room, page] = /^\/s\/([^/]+)(?:\/([^/]+)(?:\/page\/([^/]+))?)?\/?$/.exec(url.pathname) ?? []
  return {
    space: space ? decoded(space) : null,
    room: room ? decoded(room) : null,
    page: page ? decoded(page) : null,
    panel: space ? parsePanel(url.searchParams) : null,
    inspect: parseInspect(url.searchParams),
    message: url.hash.length > 1 ? decoded(url.hash.slice(1)) : null,
  }
}

export function formatRoute(route: Partial<Route>): string {
  const search = new URLSearchParams(route.space && route.panel ? printPanel(route.panel) : '')
  if (route.inspect) search.set('inspect', route.inspect.part ?? '')
  if (route.inspect?.of) search.set('of', route.inspect.of)
  const query = search.size > 0 ? `?${search}` : ''
  if (!route.space) return `/${query}`
  const page = route.room && route.page ? ['page', route.page] : []
  const path = ['', 's', route.space, ...(route.room ? [route.room] : []), ...page].map(encodeURIComponent)
  return path.join('/') + query + (route.message ? `#${encodeURIComponent(route.message)}` : '')
}

export function useRoute(): Route {
  const address = useLocationProperty(() => location.pathname + location.search + location.hash)
  return useMemo(() => parseRoute(address), [address])
}

/** The inspector stays open wherever one goes, unless the route says otherwise. */
export function navigate(to: Partial<Route>, options?: { readonly replace?: boolean }): void {
  const address = formatRoute({ inspect: currentRoute().inspect, ...to })
  if (address !== location.pathname + location.search + location.hash) go(address, options)
}

/** Goes to a message, again if the address names it already. It stands in its room: a page that is shown there is left. */
export function goToMessage(to: Partial<Route>): void {
  const route = { inspect: currentRoute().inspect, ...to, page: null }
  if (formatRoute(route) === formatRoute(currentRoute())) navigate({ ...route, message: null }, { replace: true })
  navigate(route)
}

/** The panel when a message of the room is shown: a phone shows the one or the other. */
export function panelBeside(panel: Panel | null): Panel | null {
  return matchMedia('(min-width: 640px)').matches ? panel : null
}

export function openPanel(panel: Panel | null): void {
  const route = currentRoute()
  navigate({ ...route, panel, message: null })
}

export function openInspector(inspect: Inspect = { part: null, of: null }): void {
  navigate({ ...currentRoute(), inspect })
}

export function closeInspector(): void {
  navigate({ ...currentRoute(), inspect: null })
}

/** The route now, for event handlers. */
export function currentRoute(): Route {
  return parseRoute(location.pathname + location.search + location.hash)
}

function parseInspect(search: URLSearchParams): Inspect | null {
  const part = search.get('inspect')
  return part === null ? null : { part: part || null, of: search.get('of') || null }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
