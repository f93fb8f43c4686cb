import { useCallback, useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { atEnd, moveSlice, resolveSlice, sliceAround, type Slice } from './slice.ts'

/**
 * Scrolling of the timeline. Law: whatever is added, dropped, loaded or resized, the row at the top of the viewport stays
 * where it is, to the pixel; only a reader who is at the very end stays at the end instead.
 * The anchor is read at every scroll and just before every commit (BeforeCommit), and put back before the browser paints
 * (layout effect, ResizeObserver).
 */
export interface AnchoredScroll {
  readonly viewport: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  /** the items in the DOM */
  readonly from: number
  readonly to: number
  /** the reader is at the very end of the timeline */
  readonly stuck: boolean
  readonly onScroll: () => void
  readonly beforeCommit: () => void
  /** brings an item into the middle of the viewport; false if it is not loaded */
  scrollToItem(key: string): boolean
  scrollToEnd(): void
}

/** Where a reader was: an item, and how far its top is below the top of the viewport (px). */
export interface Anchor {
  readonly key: string
  readonly top: number | 'center'
}

export interface AnchoredScrollOptions {
  /** keys of the items, top to bottom; the elements carry them as data-key */
  readonly keys: readonly string[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  readonly initial: Anchor | null
  growOlder(): void
  growNewer(): void
  /** after every scroll: where the reader is, and the last item that is seen whole */
  onPosition(position: { readonly anchor: Anchor | null; readonly lastSeen: string | null }): void
}

export function useAnchoredScroll(options: AnchoredScrollOptions): AnchoredScroll {
  const { keys, hasNewer } = options
  const viewport = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const index = useMemo(() => new Map(keys.map((key, at) => [key, at])), [keys])
  const [slice, setSlice] = useState<Slice>(() => {
    const at = options.initial ? keys.indexOf(options.initial.key) : -1
    return at < 0 ? atEnd : sliceAround(keys, at)
  })
  const [stuck, setStuck] = useState(slice === atEnd && !hasNewer)
  const [from, to] = resolveSlice(slice, index, keys.length)

  const anchor = useRef<Anchor | null>(slice === atEnd ? null : options.initial)
  const follows = useRef(stuck)
  const now = useRef({ ...options, from, to })
  useLayoutEffect(() => {
    now.current = { ...options, from, to }
  })

  const readAnchor = useCallback(() => {
    const element = viewport.current
    if (!element || !content.current || anchor.current?.top === 'center') return
    const top = element.getBoundingClientRect().top
    for (const row of rowsOf(content.current)) {
      const box = row.getBoundingClientRect()
      if (box.bottom <= top + 1) continue
      anchor.current = { key: row.dataset['key']!, top: box.top - top }
      return
    }
  }, [])

  const restore = useCallback(() => {
    const element = viewport.current
    if (!element || !content.current) return
    if (follows.current) {
      element.scrollTop = element.scrollHeight
      return
    }
    const kept = anchor.current
    const row = kept && rowsOf(content.current).find((each) => each.dataset['key'] === kept.key)
    if (!kept || !row) return
    const box = row.getBoundingClientRect()
    const top = box.top - element.getBoundingClientRect().top
    const wanted = kept.top === 'center' ? Math.max(0, (element.clientHeight - box.height) / 2) : kept.top
    if (Math.abs(top - wanted) > 0.01) element.scrollTop += top - wanted
    if (kept.top === 'center') {
      anchor.current = { key: kept.key, top: row.getBoundingClientRect().top - element.getBoundingClientRect().top }
    }
  }, [])

  /** Moves the slice, or loads more, where the viewport comes near an edge. */
  const settle = useCallback(() => {
    const element = viewport.current
    if (!element || !content.current) return
    const { keys, from, to, hasOlder, hasNewer, growOlder, growNewer } = now.current
    const height = element.clientHeight
    const limits = { near: height * 0.6, far: height * 0.95 }
    const above = element.scrollTop
    const below = element.scrollHeight - height - above
    const spare = spareRows(content.current, element, height * 0.75)
    const next = follows.current
      ? ([from, to] as const)
      : moveSlice([from, to], keys.length, { above, below, ...spare }, limits)
    if (next[0] !== from || next[1] !== to) setSlice({ first: keys[next[0]]!, last: keys[next[1] - 1]! })
    if (hasOlder && next[0] === 0 && above < height) growOlder()
    if (hasNewer && next[1] === keys.length && below < height) growNewer()
  }, [])

  const follow = useCallback((yes: boolean) => {
    if (follows.current === yes) return
    follows.current = yes
    setStuck(yes)
    const { keys, from, to } = now.current
    setSlice(yes ? atEnd : { first: keys[from] ?? null, last: keys[to - 1] ?? null })
  }, [])

  const report = useCallback(() => {
    const element = viewport.current
    if (!element || !content.current) return
    const bottom = element.getBoundingClientRect().bottom
    const seen = rowsOf(content.current).findLast((row) => row.getBoundingClientRect().bottom <= bottom + 8)
    now.current.onPosition({
      anchor: follows.current ? null : anchor.current,
      lastSeen: seen?.dataset['key'] ?? null,
    })
  }, [])

  const onScroll = useCallback(() => {
    const element = viewport.current
    if (!element) return
    const { keys, to, hasNewer } = now.current
    const below = element.scrollHeight - element.clientHeight - element.scrollTop
    readAnchor()
    follow(below <= 2 && to === keys.length && !hasNewer)
    settle()
    report()
  }, [readAnchor, follow, settle, report])

  useLayoutEffect(() => {
    if (follows.current && hasNewer) follow(false)
    restore()
    settle()
    report()
  })

  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      restore()
      settle()
    })
    observer.observe(viewport.current!)
    observer.observe(content.current!)
    return () => observer.disconnect()
  }, [restore, settle])

  const scrollToItem = useCallback(
    (key: string) => {
      const { keys } = now.current
      const at = keys.indexOf(key)
      if (at < 0) return false
      follows.current = false
      setStuck(false)
      anchor.current = { key, top: 'center' }
      setSlice(sliceAround(keys, at))
      // the slice may be the same as before, then no commit follows
      requestAnimationFrame(() => {
        restore()
        settle()
      })
      return true
    },
    [restore, settle],
  )

  const scrollToEnd = useCallback(() => {
    anchor.current = null
    follow(true)
    restore()
  }, [follow, restore])

  return {
    viewport,
    content,
    from,
    to,
    stuck,
    onScroll,
    beforeCommit: readAnchor,
    scrollToItem,
    scrollToEnd,
  }
}

function rowsOf(content: HTMLElement): HTMLElement[] {
  return [...content.querySelectorAll<HTMLElement>(':scope > [data-key]')]
}

/** How many rows lie wholly farther than `keep` px outside the viewport. */
function spareRows(content: HTMLElement, viewport: HTMLElement, keep: number) {
  const { top, bottom } = viewport.getBoundingClientRect()
  let spareAbove = 0
  let spareBelow = 0
  for (const row of rowsOf(content)) {
    const box = row.getBoundingClientRect()
    if (box.bottom < top - keep) spareAbove++
    else if (box.top > bottom + keep) spareBelow++
  }
  return { spareAbove, spareBelow }
}
