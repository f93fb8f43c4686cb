/**
 * Moves the focus to something that may not be on screen yet: a panel that is still being loaded, a row that is still to
 * be scrolled to, a dialog's way back. Law: the newest goal wins; a person who presses a key that moves the focus, or the
 * pointer, ends it. With `typing` the goal is a text field: what is typed on the way there arrives there, and is no
 * shortcut of what had the focus. With `redrawn` the goal may go and be drawn anew once it is reached, as a row does while
 * a timeline jumps to it: the focus follows it for a moment, unless something else took it.
 */
export function focusSoon(
  find: () => HTMLElement | null,
  options: { readonly within?: number; readonly typing?: boolean; readonly redrawn?: boolean } = {},
): void {
  end?.()
  const { within = 3000, typing = false, redrawn = false } = options
  const until = performance.now() + within
  // a dialog or menu that closes gives the focus back some frames later: then stay until it is ours for good
  const frames = document.querySelector('[role="dialog"], [role="menu"]') ? framesOfADialog : 0
  let typed = ''
  let held = -1
  let reachedAt = 0
  let frame = 0
  const stop = () => {
    cancelAnimationFrame(frame)
    document.removeEventListener('keydown', onKeyDown, true)
    document.removeEventListener('pointerdown', stop, true)
    if (end === stop) end = null
  }
  const isAtRest = () => redrawn && reachedAt > 0 && performance.now() - reachedAt > redrawnMs
  const step = () => {
    const goal = find()
    if (redrawn && reachedAt > 0 && ![goal, document.body].includes(document.activeElement as HTMLElement))
      return stop()
    if (goal && document.activeElement !== goal) goal.focus({ preventScroll: true })
    if (goal && document.activeElement === goal) {
      if (typed) insert(goal, typed)
      typed = ''
      reachedAt ||= performance.now()
      if (++held >= frames && (!redrawn || isAtRest())) return stop()
    } else if (performance.now() > until || isAtRest()) return stop()
    frame = requestAnimationFrame(step)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Tab' || event.key === 'Escape' || event.key.startsWith('Arrow')) return stop()
    // whoever goes on from where they are needs no more help
    if (redrawn && reachedAt > 0) return stop()
    const letter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
    if (!typing || held >= 0 || !letter || isTextField(event.target)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    typed += event.key
  }
  end = stop
  document.addEventListener('keydown', onKeyDown, true)
  document.addEventListener('pointerdown', stop, true)
  step()
}

/** Somebody is being led somewhere now. */
export const isMovingFocus = (): boolean => end !== null

let end: (() => void) | null = null
const framesOfADialog = 4
const redrawnMs = 1500

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement
}

function insert(goal: HTMLElement, typed: string): void {
  if (!isTextField(goal)) return
  const field = goal as HTMLTextAreaElement
  field.setRangeText(typed, field.selectionStart, field.selectionEnd, 'end')
  field.dispatchEvent(new InputEvent('input', { bubbles: true, data: typed, inputType: 'insertText' }))
}
