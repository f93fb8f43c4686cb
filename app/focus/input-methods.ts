/**
 * While an input method composes (Japanese, Chinese, Korean, dead keys), its keys are its own: Enter takes a candidate,
 * Escape drops one, and nothing of the app may send or close because of it. 229 is how Safari says it.
 */
export function leaveKeysToInputMethods(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.isComposing && event.keyCode !== 229) return
    event.stopImmediatePropagation()
    // a form is not sent either, a search not emptied; the input method has had the key already
    if (event.key === 'Enter' || event.key === 'Escape') event.preventDefault()
  }
  // before every other listener: the window's, on the way down
  window.addEventListener('keydown', onKeyDown, true)
  return () => window.removeEventListener('keydown', onKeyDown, true)
}
