import { useMemo } from 'react'
import { navigate as go, useLocationProperty } from 'wouter/use-browser-location'
import { parsePanel, printPanel, type Panel } from './panels.ts'

/**
 * Where a person is: /s/<space>/<room>/page/<page>?panel=…#<message>. The address holds all of it, so a link, Back and a reload
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
  /** the message to show and to highlight */
  readonly message: string | null
}

export function parseRoute(address: string): Route {
  const url = new URL(address, 'http://rooms.invalid')
  const [, space, room, page] = /^\/s\/([^/]+)(?:\/([^/]+)(?:\/page\/([^/]+))?)?\/?$/.exec(url.pathname) ?? []
  return {
    space: space ? decoded(space) : null,
    room: room ? decoded(room) : null,
    page: page ? decoded(page) : null,
    panel: space ? parsePanel(url.searchParams) : null,
    message: url.hash.length > 1 ? decoded(url.hash.slice(1)) : null,
  }
}

export function formatRoute(route: Partial<Route>): string {
  if (!route.space) return '/'
  const page = route.room && route.page ? ['page', route.page] : []
  const path = ['', 's', route.space, ...(route.room ? [route.room] : []), ...page].map(encodeURIComponent)
  const search = route.panel ? `?${printPanel(route.panel)}` : ''
  return path.join('/') + search + (route.message ? `#${encodeURIComponent(route.message)}` : '')
}

export function useRoute(): Route {
  const address = useLocationProperty(() => location.pathname + location.search + location.hash)
  return useMemo(() => parseRoute(address), [address])
}

export function navigate(route: Partial<Route>, options?: { readonly replace?: boolean }): void {
  const address = formatRoute(route)
  if (address !== location.pathname + location.search + location.hash) go(address, options)
}

/** Goes to a message, again if the address names it already. It stands in its room: a page that is shown there is left. */
export function goToMessage(to: Partial<Route>): void {
  const route = { ...to, page: null }
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

/** The route now, for event handlers. */
export function currentRoute(): Route {
  return parseRoute(location.pathname + location.search + location.hash)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
