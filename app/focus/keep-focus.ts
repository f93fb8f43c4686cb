import { isMovingFocus } from './focus-soon.ts'
import { isShown, placeOf } from './places.ts'

/**
 * The page itself never has the focus because something went away: what is nearest to it takes it. A row for its button,
 * the log for its row, a panel for what it lists, and where one writes for all the rest.
 *
 * Example: the focused 👍 button goes with the last 👍; its row is still there, and has the focus.
 */
export function keepFocus(): () => void {
  let last: readonly HTMLElement[] = []
  let frame = 0
  const onFocusIn = (event: FocusEvent) => {
    last = ancestorsOf(event.target as HTMLElement)
  }
  const look = () => {
    const [focused] = last
    if (!focused || document.activeElement !== document.body || isMovingFocus()) return
    if (isShown(focused) && !focused.matches(':disabled')) return
    for (const each of last.slice(1)) {
      if (!isShown(each)) continue
      const home = each.hasAttribute('tabindex') ? each : each.querySelector<HTMLElement>(':scope > [data-focus]')
      if (home) return home.focus({ preventScroll: true })
    }
    const home =
      placeOf('composer') ?? placeOf('panel') ?? placeOf('rooms') ?? document.querySelector<HTMLElement>(reachable)
    home?.focus({ preventScroll: true })
  }
  // an element that is disabled, or hidden by its style, keeps the focus until the next frame
  const soon = () => {
    // a dialog gives the focus back by itself, in the next frame
    if (!last.some((each) => each.matches('[role="dialog"], [role="menu"]'))) look()
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(() => (frame = requestAnimationFrame(look)))
  }
  const observer = new MutationObserver(soon)
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['disabled', 'data-pane'],
  })
  document.addEventListener('focusin', onFocusIn)
  return () => {
    observer.disconnect()
    cancelAnimationFrame(frame)
    document.removeEventListener('focusin', onFocusIn)
  }
}

const reachable = '#root :is(a[href], button:not(:disabled), input, textarea, [tabindex])'

/** The element and what it is in, inside out. */
function ancestorsOf(element: HTMLElement): HTMLElement[] {
  const all: HTMLElement[] = []
  for (let each: HTMLElement | null = element; each && each !== document.body; each = each.parentElement) all.push(each)
  return all
}
