import type { DrawnScreen } from './draw-kept-screen.ts'
import type { KeptPlace, Region } from './kept-screen.ts'

/*
 * The kept screen that stands over the app while that starts, if there is one. Law: a region of it goes when the live one is
 * ready to be seen in its place; what is live is never covered for good.
 */

let drawn: DrawnScreen | null = null
const waiting = new Set<Region>()

/** Takes over what the page's first script has drawn; answers where its timeline stands. */
export function takeDrawnScreen(): KeptPlace | null {
  drawn = window.keptScreen ?? null
  delete window.keptScreen
  if (!drawn) return null
  for (const region of ['list', 'main', 'panel'] as const) if (find(region)?.checkVisibility()) waiting.add(region)
  const { address } = drawn.kept
  for (const event of ['popstate', 'pushState', 'replaceState', 'hashchange']) {
    addEventListener(event, () => location.pathname + location.search + location.hash !== address && dropKeptScreen())
  }
  // who writes must see what they write
  addEventListener('input', () => isLive('main'), { once: true, capture: true })
  return drawn.kept.place
}

/** Of this address something kept is on screen still. */
export const isKeptShown = (): boolean => drawn !== null

/** The reader sees the end of this room already, and stays there. */
export function keptEndIsShown(stream: string, room: string): boolean {
  const place = drawn?.kept.place
  return place?.stream === stream && place.room === room && place.at === null
}

export function isLive(region: Region): void {
  if (!drawn) return
  const element = find(region)
  if (element) element.style.visibility = 'hidden'
  if (waiting.delete(region)) performance.mark(`rsql:live-${region}`)
  if (waiting.size === 0) dropKeptScreen()
}

/** Something else than what was kept is to be seen. */
export function dropKeptScreen(): void {
  if (!drawn) return
  drawn.host.remove()
  drawn = null
}

function find(region: Region): HTMLElement | null {
  return drawn!.shell.querySelector(`[data-region="${region}"]`)
}
