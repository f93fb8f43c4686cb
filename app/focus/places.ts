/**
 * The places that take the focus, as elements carry them in `data-focus`. `docs/focus.md` says which action leads where.
 */
export type FocusPlace =
  'composer' | 'log' | 'thread-composer' | 'thread-log' | 'page' | 'page-text' | 'panel' | 'inspector' | 'rooms'

export const placeOf = (place: FocusPlace): HTMLElement | null => visible(`[data-focus="${place}"]`)

/** A message's row, wherever it is shown. */
export const rowOf = (message: string): HTMLElement | null => visible(`article[data-key="${CSS.escape(message)}"]`)

export const editorOf = (message: string): HTMLElement | null =>
  visible(`article[data-key="${CSS.escape(message)}"] textarea`)

/** A finger would get a keyboard over half of its screen by a focus in a text field that it did not ask for. */
export const usesTouch = (): boolean => matchMedia('(pointer: coarse)').matches

/** Where one writes in a room or a thread; on a touch screen what there is to read. */
export const writingPlace = (where: 'room' | 'thread' | 'page') => (): HTMLElement | null => {
  if (where === 'page') return (usesTouch() ? null : placeOf('page-text')) ?? placeOf('page')
  const [composer, log] =
    where === 'room' ? (['composer', 'log'] as const) : (['thread-composer', 'thread-log'] as const)
  return usesTouch() ? (placeOf(log) ?? placeOf(where === 'room' ? 'log' : 'panel')) : placeOf(composer)
}

/** Can be seen: a phone keeps the panes that it does not show in the page. */
export function isShown(element: HTMLElement): boolean {
  return element.isConnected && element.getClientRects().length > 0
}

function visible(selector: string): HTMLElement | null {
  for (const element of document.querySelectorAll<HTMLElement>(selector)) if (isShown(element)) return element
  return null
}
