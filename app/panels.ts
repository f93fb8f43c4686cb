import { FileText, MessagesSquare, Pin, Search, Users, type LucideIcon } from 'lucide-react'

/*
 * The panels that stand beside a room, in one table: what each is called, how the address tells it, and its button in the
 * room's header. The type `Panel` follows from it. Its component stands in SidePanel.tsx, which is loaded
 * later, and does not compile without one for each.
 */

interface PanelDefinition<Fields extends object> {
  readonly title: string
  readonly button: PanelButton<Fields> | null
  /** null: the address lacks what this panel cannot do without */
  parse(search: URLSearchParams): Fields | null
  print(fields: Fields): Readonly<Record<string, string>>
}
interface PanelButton<Fields> {
  readonly label: string
  readonly icon: LucideIcon
  readonly opens: Fields
}

const define = <Fields extends object>(definition: PanelDefinition<Fields>) => definition

/** A panel of which the address says nothing but its name. */
const plain = (title: string, button: Omit<PanelButton<object>, 'opens'> | null) =>
  define<object>({ title, button: button && { ...button, opens: {} }, parse: () => ({}), print: () => ({}) })

/** Buttons stand in this order. */
export const panels = {
  thread: define<{ readonly thread: string }>({
    title: 'Thread',
    button: null,
    parse(search) {
      const thread = search.get('thread')
      return thread ? { thread } : null
    },
    print: ({ thread }) => ({ thread }),
  }),
  search: define<{ readonly text: string }>({
    title: 'Search',
    button: { label: 'Search messages', icon: Search, opens: { text: '' } },
    parse: (search) => ({ text: search.get('q') ?? '' }),
    print: ({ text }): Record<string, string> => (text ? { q: text } : {}),
  }),
  threads: plain('Threads', { label: 'Threads', icon: MessagesSquare }),
  pages: plain('Pages', { label: 'Pages', icon: FileText }),
  /** of the page that the address names */
  comments: plain('Comments', null),
  history: define<{ readonly at: string | null }>({
    title: 'History',
    button: null,
    /** `at`: the clock of the version that is looked at */
    parse: (search) => ({ at: /^[0-9]{1,19}$/.exec(search.get('at') ?? '')?.[0] ?? null }),
    print: ({ at }): Record<string, string> => (at === null ? {} : { at }),
  }),
  pins: plain('Pinned', { label: 'Pinned messages', icon: Pin }),
  /** one of those that the person saved */
  view: define<{ readonly view: string }>({
    title: 'View',
    button: null,
    parse(search) {
      const view = search.get('view')
      return view ? { view } : null
    },
    print: ({ view }) => ({ view }),
  }),
  /** a SELECT that is not saved; a link brings one */
  query: define<{ readonly sql: string; readonly name: string }>({
    title: 'New view',
    button: null,
    parse: (search) => ({ sql: search.get('sql') ?? '', name: search.get('name') ?? '' }),
    print: ({ sql, name }): Record<string, string> => ({ ...(sql && { sql }), ...(name && { name }) }),
  }),
  /** of the demo: what is behind it */
  tour: plain('Two minutes', null),
  members: plain('Members', { label: 'Members', icon: Users }),
} as const

export type PanelKind = keyof typeof panels
export type PanelOf<K extends PanelKind> = { readonly kind: K } & NonNullable<ReturnType<(typeof panels)[K]['parse']>>
export type Panel = { [K in PanelKind]: PanelOf<K> }[PanelKind]
export const panelKinds = Object.keys(panels) as readonly PanelKind[]

/** null: no panel, or none that this build knows */
export function parsePanel(search: URLSearchParams): Panel | null {
  const kind = search.get('panel')
  if (kind === null || !isPanelKind(kind)) return null
  const fields = panels[kind].parse(search)
  return fields && ({ kind, ...fields } as Panel)
}

export function printPanel(panel: Panel): URLSearchParams {
  const { print } = panels[panel.kind] as PanelDefinition<object>
  return new URLSearchParams({ panel: panel.kind, ...print(panel) })
}

/** What its button opens. */
export function openedPanel(kind: PanelKind): Panel {
  return { kind, ...panels[kind].button?.opens } as Panel
}

function isPanelKind(kind: string): kind is PanelKind {
  return Object.hasOwn(panels, kind)
}
