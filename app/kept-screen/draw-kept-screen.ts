import {
  isKeptAttribute,
  isKeptTag,
  own,
  readKeptScreen,
  screenKey,
  standingKey,
  type KeptElement,
  type KeptNode,
  type KeptScreen,
} from './kept-screen.ts'

/*
 * The page's last inline script (scripts/inline-script.ts writes it into the built page): it draws the kept screen before any
 * script of the app is loaded. A shadow root keeps it apart from the live page: nothing of the app finds these rows, or
 * takes them for its own.
 */

/** What is drawn, for the app to take away part by part (shown-screen.ts). */
export interface DrawnScreen {
  readonly kept: KeptScreen
  readonly host: HTMLElement
  readonly shell: HTMLElement
}
declare global {
  interface Window {
    keptScreen?: DrawnScreen
  }
}

// the script runs from here on: what it needs stands before
const vector = 'http://www.w3.org/2000/svg'

try {
  if (document.documentElement.dataset['start'] === 'app') begin()
} catch {
  // written by another build, or damaged: the app starts without
  localStorage.removeItem(screenKey)
}

function begin(): void {
  const kept = readKeptScreen(localStorage.getItem(screenKey))
  if (!kept) return
  const identity = JSON.parse(localStorage.getItem('identity') ?? 'null') as { actor?: string } | null
  const build = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content
  const isTheirs =
    kept.actor === (identity?.actor ?? null) &&
    kept.build === build &&
    kept.standing === localStorage.getItem(standingKey)
  if (!isTheirs) return localStorage.removeItem(screenKey)
  const address = location.pathname + location.search + location.hash
  if (kept.home && address === '/') history.replaceState(null, '', kept.address)
  else if (address !== kept.address) return
  window.keptScreen = draw(kept)
  performance.mark('rsql:kept-screen')
}

function draw(kept: KeptScreen): DrawnScreen {
  const host = document.createElement('div')
  const words = `As you left it at ${new Date(kept.at).toLocaleTimeString([], { timeStyle: 'short' })}. Opening…`
  host.style.cssText = 'position: fixed; inset: 0; z-index: 40; pointer-events: none'
  host.setAttribute('role', 'region')
  host.setAttribute('aria-label', words)
  host.setAttribute('aria-busy', 'true')
  const root = host.attachShadow({ mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(
    [...document.styleSheets].flatMap((each) => [...each.cssRules].map((rule) => rule.cssText)).join('\n'),
  )
  root.adoptedStyleSheets = [sheet]
  const shell = elementOf(kept.shell, false)
  const mark = document.createElement('p')
  mark.className = 'kept-mark'
  mark.setAttribute('role', 'status')
  mark.textContent = words
  const main = shell.querySelector<HTMLElement>('[data-region="main"]')
  // it stands over what is being drawn below
  if (main) main.style.background = 'var(--bg)'
  root.append(shell, mark)
  document.body.append(host)
  for (const element of shell.querySelectorAll<HTMLElement>('[data-kept-at]')) place(element)
  return { kept, host, shell }
}

function elementOf([tag, attributes, ...children]: KeptElement, inVector: boolean): HTMLElement {
  if (!isKeptTag(tag)) throw new Error(tag)
  const isVector = inVector || tag === 'svg'
  const element = (isVector ? document.createElementNS(vector, tag) : document.createElement(tag)) as HTMLElement
  for (const [name, value] of Object.entries(attributes)) {
    if (name === own.style) element.style.cssText = value
    else if (name === own.value) (element as HTMLInputElement).value = value
    else if (name === own.scroll || name === own.anchor) element.setAttribute('data-kept-at', name + value)
    else if (isKeptAttribute(name)) element.setAttribute(name, value)
  }
  // nothing here can be reached by the keyboard
  if (tag === 'button' || tag === 'input' || tag === 'textarea') element.tabIndex = -1
  element.append(...children.map((child: KeptNode) => (typeof child === 'string' ? child : elementOf(child, isVector))))
  return element
}

/** Scrolls it to where it stood: by its first row in view, or to the end. */
function place(element: HTMLElement): void {
  const kept = element.getAttribute('data-kept-at')!
  element.removeAttribute('data-kept-at')
  if (kept.startsWith(own.scroll)) return void (element.scrollTop = Number(kept.slice(own.scroll.length)))
  element.scrollTop = element.scrollHeight
  const anchor = JSON.parse(kept.slice(own.anchor.length)) as { key: string; top: number } | null
  const row =
    anchor && [...element.querySelectorAll('[data-key]')].find((each) => each.getAttribute('data-key') === anchor.key)
  if (row) element.scrollTop += row.getBoundingClientRect().top - element.getBoundingClientRect().top - anchor.top
}
