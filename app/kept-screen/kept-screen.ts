/**
 * The last screen of this device: what stood on it, as elements and text, in localStorage, where the page's first script finds
 * it without a database (draw-kept-screen.ts). It is shown until the live rows are there, and says that it is not live.
 *
 * Laws:
 * - it is drawn for the person, the address and the build that it was kept for, and for nobody else;
 * - it is drawn only while what it was kept under still holds: no message has been erased since, and nobody has left a stream
 *   (`standing`). Whoever hears of such a thing throws it away, and a tab that has not heard yet may not keep one;
 * - it is text and a short list of element and attribute names: nothing in it can run, load or be pressed.
 */
export interface KeptScreen {
  readonly build: string
  readonly actor: string | null
  /** path, search and hash */
  readonly address: string
  /** the app's start, `/`, leads here */
  readonly home: boolean
  readonly standing: string
  /** when it was live, unix ms */
  readonly at: number
  readonly shell: KeptElement
  /** where its room's timeline stood: where the live one opens */
  readonly place: KeptPlace | null
}

export type KeptNode = string | KeptElement
export type KeptElement = readonly [tag: string, attributes: Readonly<Record<string, string>>, ...children: KeptNode[]]

/** `at`: null at the end */
export interface KeptPlace {
  readonly stream: string
  readonly room: string
  readonly at: { readonly key: string; readonly top: number; readonly place: string } | null
}

/** Regions of the shell become live one by one, in whichever order. */
export type Region = 'list' | 'main' | 'panel'

export const screenKey = 'kept-screen'
export const standingKey = 'kept-standing'

/** More is not kept: reading it would take longer than what it is for. */
export const maxLength = 250_000

export const isKeptTag = (tag: string): boolean => tags.has(tag)
export const isKeptAttribute = (name: string): boolean => attributes.test(name)

/** Not attributes of elements: what else an element needs to look as it did. */
export const own = { style: ':style', value: ':value', scroll: ':scroll', anchor: ':anchor' } as const

const tags = new Set(
  (
    'div span p a button h1 h2 h3 h4 h5 h6 ul ol li dl dt dd nav section aside header footer main article time b i em strong del ' +
    'code pre kbd mark small blockquote table thead tbody tr th td hr br label input textarea progress details summary svg path ' +
    'circle line rect polyline polygon ellipse g'
  ).split(' '),
)
const attributes =
  /^(class|dir|lang|role|type|rows|placeholder|title|datetime|checked|max|open|data-[\w-]+|aria-(label|hidden|current|pressed|level|expanded)|viewBox|width|height|fill|stroke[\w-]*|d|c[xy]|r[xy]?|[xy][12]?|points|transform)$/

/** Null for what is not one: another build may have written it. */
export function readKeptScreen(stored: string | null): KeptScreen | null {
  if (stored === null) return null
  const kept = JSON.parse(stored) as Partial<KeptScreen> | null
  const isOne = Array.isArray(kept?.shell) && typeof kept.address === 'string' && typeof kept.at === 'number'
  return isOne ? (kept as KeptScreen) : null
}
