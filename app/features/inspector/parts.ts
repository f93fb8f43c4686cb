import { AppWindow, History, Route, Scale, Share2, SquareTerminal, Table2, type LucideIcon } from 'lucide-react'
import { lazy, type ComponentType, type LazyExoticComponent } from 'react'
import { foldName } from '../../../schema/events/names.ts'

/** A part of the inspector: a chunk of its own, loaded when it is opened. */
export interface Part {
  /** as the address says it: ?inspect=<name> */
  readonly name: string
  readonly title: string
  readonly icon: LucideIcon
  /** what one sees in it, in a sentence */
  readonly words: string
  readonly View: LazyExoticComponent<ComponentType<PartProps>>
}

export interface PartProps {
  /** what of it the address names (`&of=`), in the part's own words */
  readonly of: string | null
}

/** In this order. docs/extend.md says how to add one. */
export const parts = [
  {
    name: 'queries',
    title: 'Queries',
    icon: Table2,
    words: 'Every query that a tab has on screen. Each is kept up to date from the rows that change.',
    View: lazy(() => import('./queries/Queries.tsx')),
  },
  {
    name: 'graph',
    title: 'Graph',
    icon: Share2,
    words: 'The operators of one query. A changed row goes from box to box, and becomes the change of the result.',
    View: lazy(() => import('./graph/Graph.tsx')),
  },
  {
    name: 'console',
    title: 'Console',
    icon: SquareTerminal,
    words: 'Any SQL over what this device has. A SELECT stays live: its rows flash as they change.',
    View: lazy(() => import('./console/Console.tsx')),
  },
  {
    name: 'why',
    title: 'Why',
    icon: Route,
    words: 'From a row on screen to the events that made it, and from an event to every row that it had a part in.',
    View: lazy(() => import('./why/Why.tsx')),
  },
  {
    name: 'engines',
    title: 'Both engines',
    icon: Scale,
    words: 'One query, kept up to date and run again, side by side: the same rows, and what each way takes.',
    View: lazy(() => import('./engines/Engines.tsx')),
  },
  {
    name: 'tabs',
    title: 'Tabs',
    icon: AppWindow,
    words: 'Who has the database open, who asks, and what happens when one of them dies.',
    View: lazy(() => import('./tabs/Tabs.tsx')),
  },
  {
    name: 'time',
    title: 'Time',
    icon: History,
    words: 'The room as it was at any moment, folded from the log; and what waits to be sent.',
    View: lazy(() => import('./time/Time.tsx')),
  },
] as const satisfies readonly Part[]

export type PartName = (typeof parts)[number]['name']

/** For the switcher (Ctrl+K): the parts whose name has a word that begins so, as the places that it lists. */
export function partsByName(typed: string) {
  const wanted = foldName(typed.trim())
  if (wanted === '') return []
  return parts
    .map(({ name, title }) => ({ ...placeOf, id: name, name: `Inspector: ${title}` }))
    .filter(
      ({ name }) =>
        foldName(name).startsWith(wanted) ||
        foldName(name)
          .split(/\W+/)
          .some((word) => word.startsWith(wanted)),
    )
}

const placeOf = { kind: 'part', stream: 'inspector', space_id: '', parent_room: '', space_name: '' } as const
