/**
 * The page's static part looks as the app will, and a person may use it before the app is there. Law: what they typed,
 * where they are and what they pressed goes on in what `draw` puts in its place.
 */
export function takeOver(root: HTMLElement, draw: () => void): void {
  const fields = [...root.querySelectorAll('input')]
  const typed = fields.map(({ value }) => value)
  const at = fields.findIndex((field) => field === document.activeElement)
  const selection = at < 0 ? null : ([fields[at]!.selectionStart, fields[at]!.selectionEnd] as const)
  const pressed = [...root.querySelectorAll('button')].findIndex((button) => button === window.earlyPress)
  draw()
  const drawn = root.querySelectorAll('input')
  typed.forEach((text, i) => {
    const field = drawn[i]
    if (!field || text === '') return
    setValue.call(field, text)
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })
  if (selection) {
    drawn[at]?.focus()
    drawn[at]?.setSelectionRange(...selection)
  }
  if (pressed >= 0) root.querySelectorAll('button')[pressed]?.click()
}

/** Past React's own, which would take the text for its own. */
const setValue: (this: HTMLInputElement, text: string) => void = function (text) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(this, text)
}
