import { useCallback, useLayoutEffect, useMemo, useReducer, useRef, useState, type RefObject } from 'react'
import { flushSync } from 'react-dom'
import { isMovingFocus } from '../../focus/focus-soon.ts'
import type { RowSizes } from './scroll/row-sizes.ts'
import {
  ScrollCore,
  type Anchor,
  type Content,
  type Plan,
  type Seen,
  type Spot,
  type Start,
  type Surface,
} from './scroll/scroll-core.ts'

export interface TimelineScroll {
  readonly viewport: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  /** what to draw */
  readonly plan: Plan
  readonly onScroll: () => void
  readonly beforeCommit: () => void
  /** brings an item there, at once or as soon as it is among the keys */
  jump(key: string, spot: Spot): void
  /** at once, or as soon as the end is loaded */
  toEnd(): void
  /** what it was to be brought to does not come */
  stay(): void
  /** the keys that must stay loaded */
  needed(): { readonly first: string; readonly last: string } | null
}

export interface TimelineScrollOptions {
  /** keys of the items, top to bottom */
  readonly keys: readonly string[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  readonly start: Start
  readonly sizes: RowSizes
  growOlder(): void
  growNewer(): void
  /** whenever the view has come to rest: where the reader is (null at the end), and what is in view */
  onView(view: View): void
}

export interface View {
  readonly anchor: Anchor | null
  readonly inView: readonly Seen[]
  readonly viewport: number
  /** the reader was brought here, and has not scrolled since */
  readonly brought: boolean
}

/** Drawings for one change before the browser may paint in between. The core needs fewer (scroll-model.test.ts). */
const drawingsMax = 20

/** About as tall as a room's header and composer: a first drawing for too large a viewport would be followed by another. */
const aroundPx = 120

/** The scroll core on a DOM: it is asked what to draw, told when that is there, and asked again when anything has moved. */
export function useTimelineScroll(options: TimelineScrollOptions): TimelineScroll {
  const { keys, hasOlder, hasNewer } = options
  const viewport = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const [core] = useState(() => new ScrollCore(window.innerHeight - aroundPx, options.start, options.sizes))
  const [, draw] = useReducer((drawings: number) => drawings + 1, 0)
  const now: Content = useMemo(
    () => ({ keys, index: new Map(keys.map((key, at) => [key, at])), hasOlder, hasNewer }),
    [keys, hasOlder, hasNewer],
  )
  const plan = core.plan(now)

  const latest = useRef(options)
  const surface = useCallback(() => domSurface(viewport.current!, content.current!), [])
  const drawings = useRef(0)
  const hadFocus = useRef(false)

  const settle = useCallback(
    (committing: boolean) => {
      if (!viewport.current) return
      if (core.settle(surface())) {
        if (drawings.current++ === 0) requestAnimationFrame(() => (drawings.current = 0))
        if (drawings.current > drawingsMax) requestAnimationFrame(draw)
        else if (committing) draw()
        else flushSync(draw)
        return
      }
      const { growOlder, growNewer, onView } = latest.current
      const { older, newer } = core.wants
      if (older) growOlder()
      if (newer) growNewer()
      onView({
        anchor: core.anchor,
        inView: core.inView,
        viewport: viewport.current.clientHeight,
        brought: core.brought,
      })
    },
    [core, surface],
  )

  useLayoutEffect(() => {
    latest.current = options
    core.committed(now, plan)
    settle(true)
    // the message that had the focus was scrolled away: its list has it, and the keyboard goes on from there; but one
    // that somebody is being led to is drawn again in a moment
    const homeless = hadFocus.current && document.activeElement === document.body && !isMovingFocus()
    if (homeless) viewport.current!.focus({ preventScroll: true })
    hadFocus.current = false
  })

  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      // a scroll may come before its event
      core.scrolled(surface())
      settle(false)
    })
    observer.observe(viewport.current!)
    observer.observe(content.current!)
    return () => observer.disconnect()
  }, [core, surface, settle])

  const onScroll = useCallback(() => {
    if (core.scrolled(surface())) settle(false)
  }, [core, surface, settle])

  const beforeCommit = useCallback(() => {
    if (!viewport.current) return
    core.scrolled(surface())
    hadFocus.current = content.current!.contains(document.activeElement)
  }, [core, surface])

  const jump = useCallback(
    (key: string, spot: Spot) => {
      core.jump(key, spot)
      draw()
    },
    [core],
  )
  const toEnd = useCallback(() => {
    core.toEnd()
    draw()
  }, [core])
  const stay = useCallback(() => {
    core.stay()
    draw()
  }, [core])
  const needed = useCallback(() => core.needed(), [core])

  return { viewport, content, plan, onScroll, beforeCommit, jump, toEnd, stay, needed }
}

/** The children of the content are: a spacer, the items, a spacer. */
function domSurface(element: HTMLElement, content: HTMLElement): Surface {
  return {
    measure() {
      const top = element.getBoundingClientRect().top + element.clientTop
      const tops: number[] = []
      const children = content.children
      for (let at = 1; at < children.length; at++) tops.push(children[at]!.getBoundingClientRect().top - top)
      return {
        viewport: element.clientHeight,
        scrollTop: element.scrollTop,
        scrollMax: element.scrollHeight - element.clientHeight,
        tops,
      }
    },
    scrollTo(top) {
      element.scrollTop = top
      return element.scrollTop
    },
  }
}
