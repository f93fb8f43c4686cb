/**
 * SELECTs that must not be asked again by themselves. Law: one whose first rows were on their way when the page or the browser ended
 * otherwise than by leaving it, or that took too long, is asked again only when its person says so. So no saved view can keep a
 * device from starting.
 */
const key = 'views-stopped'
const running = new Set<string>()
let watching = false

export function beginTrial(view: string): void {
  running.add(view)
  write(view, true)
  // a page that is left in order stops nothing
  if (!watching) window.addEventListener('pagehide', () => running.forEach(endTrial))
  watching = true
}
/** Its first rows are there, or a plain error. */
export function endTrial(view: string): void {
  if (running.delete(view)) write(view, false)
}
/** It took too long: it stays stopped. */
export function stopTrial(view: string): void {
  running.delete(view)
  write(view, true)
}
export function allowTrial(view: string): void {
  running.delete(view)
  write(view, false)
}

export const isStopped = (view: string): boolean => !running.has(view) && read().includes(view)

function read(): readonly string[] {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown
    return Array.isArray(stored) ? (stored as string[]) : []
  } catch {
    return []
  }
}

function write(view: string, stopped: boolean): void {
  const others = read().filter((each) => each !== view)
  const next = stopped ? [...others, view] : others
  if (next.length === 0) localStorage.removeItem(key)
  else localStorage.setItem(key, JSON.stringify(next))
}
