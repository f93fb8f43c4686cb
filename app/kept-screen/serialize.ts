import { isKeptAttribute, isKeptTag, own, type KeptElement, type KeptNode, type KeptPlace } from './kept-screen.ts'

type KeptAt = KeptPlace['at']

/** Rows beyond the view that are kept too, px on both sides: the window may be a little taller at the next start. */
const margin = 200

/**
 * What stands on the screen below an element. Of a list of messages: the rows in view, and where they stand; of the room's, where the
 * app will open it again (`at`), so that it opens where the kept one stands.
 */
export function serialize(element: Element, at: KeptAt): KeptElement {
  const attributes: Record<string, string> = {}
  for (const { name, value } of element.attributes) if (isKeptAttribute(name)) attributes[name] = value
  const { cssText } = (element as HTMLElement).style
  if (cssText) attributes[own.style] = cssText
  if (element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement)
    attributes[own.value] = element.value
  if (element.getAttribute('role') === 'log')
    return [element.localName, { ...attributes, ...anchorOf(element, at) }, ...rowsOf(element, at)]
  if (element.scrollTop > 0) attributes[own.scroll] = String(element.scrollTop)
  return [element.localName, attributes, ...childrenOf(element, at)]
}

function childrenOf(element: Element, at: KeptAt): KeptNode[] {
  if (element instanceof HTMLTextAreaElement) return []
  return [...element.childNodes].flatMap((child): KeptNode[] => {
    if (child instanceof Text) return child.data === '' ? [] : [child.data]
    if (!(child instanceof Element)) return []
    return [isKeptTag(child.localName) ? serialize(child, at) : boxOf(child)]
  })
}

/** In the place of what cannot be kept, such as a picture. */
function boxOf(element: Element): KeptElement {
  const { width, height } = element.getBoundingClientRect()
  const style = `display: inline-block; inline-size: ${width}px; block-size: ${height}px`
  return ['span', { class: element.getAttribute('class') ?? '', [own.style]: style }]
}

function anchorOf(log: Element, at: KeptAt): Record<string, string> {
  if (log.getAttribute('data-focus') === 'log') {
    return { [own.anchor]: JSON.stringify(at && { key: at.key, top: at.top }) }
  }
  if (log.scrollTop >= log.scrollHeight - log.clientHeight - 2) return { [own.anchor]: 'null' }
  const { top } = log.getBoundingClientRect()
  const first = [...log.querySelectorAll('[data-key]')].find((row) => row.getBoundingClientRect().bottom > top + 1)
  if (!first) return {}
  return {
    [own.anchor]: JSON.stringify({ key: first.getAttribute('data-key'), top: first.getBoundingClientRect().top - top }),
  }
}

/** The list within a log: rows far out of view are one empty box above, and none below. */
function rowsOf(log: Element, at: KeptAt): KeptNode[] {
  const list = log.firstElementChild
  if (!list) return []
  const view = log.getBoundingClientRect()
  const rows = [...list.children].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect()
    return bottom > view.top - margin && top < view.bottom + margin && bottom > top
  })
  const [first] = rows
  const above = first ? Math.max(0, first.getBoundingClientRect().top - list.getBoundingClientRect().top) : 0
  const [tag, attributes] = serialize(list.cloneNode(false) as Element, at)
  const box: KeptElement = ['div', { [own.style]: `block-size: ${above}px` }]
  return [[tag, attributes, box, ...rows.map((row) => serialize(row, at))]]
}
