import { useEffect, useLayoutEffect, useRef } from 'react'
import { assertNever } from '../../schema/assert.ts'
import type { Route } from '../routes.ts'
import { focusAfter } from './focus-after.ts'
import { focusSoon } from './focus-soon.ts'
import { keepFocus } from './keep-focus.ts'
import { isShown, placeOf, rowOf, writingPlace } from './places.ts'

/** After whatever changes the address (a click, a key, Back, a notification) the focus is where one goes on. */
export function useRouteFocus(route: Route): void {
  const before = useRef<Route | null>(null)
  const opener = useRef<() => HTMLElement | null>(() => null)
  useEffect(keepFocus, [])
  useLayoutEffect(() => {
    const previous = before.current
    before.current = route
    if ((!previous?.panel && route.panel) || (!previous?.inspect && route.inspect)) opener.current = wayBack()
    const goal = focusAfter(previous, route)
    switch (goal.type) {
      case 'Stay':
        return
      case 'Message':
        return focusSoon(() => rowOf(goal.message), { within: 6000, redrawn: true })
      case 'Write':
        return focusSoon(writingPlace(goal.where), { within: 6000, typing: true })
      case 'Panel':
        return focusSoon(() => placeOf('panel')?.querySelector('input') ?? placeOf('panel'))
      case 'Inspector':
        return focusSoon(() => placeOf('inspector'))
      case 'Back':
        return focusSoon(() => opener.current() ?? writingPlace('room')())
      case 'Rooms':
        return focusSoon(() => {
          const rooms = placeOf('rooms')
          return rooms?.querySelector<HTMLElement>(`a[data-room="${CSS.escape(goal.left ?? '')}"]`) ?? rooms
        })
      default:
        return assertNever(goal)
    }
  }, [route])
}

/** To what has the focus now: of a message its row, since its buttons come and go. */
function wayBack(): () => HTMLElement | null {
  const active = document.activeElement
  if (!(active instanceof HTMLElement) || active === document.body) return () => null
  const row = active.closest<HTMLElement>('article[data-key]')?.dataset['key']
  return row ? () => rowOf(row) : () => (isShown(active) ? active : null)
}
