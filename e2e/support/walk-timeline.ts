import type { Locator } from '@playwright/test'

/** What a walk through a timeline saw. */
export interface Walk {
  /** messages that were on screen, in part or whole */
  readonly seen: readonly string[]
  readonly steps: number
  /** the most rows in the DOM at once */
  readonly rowsMax: number
  /** steps after which some of the viewport was empty although there was more to show */
  readonly blanks: readonly string[]
  /** steps after which a row stood elsewhere than the step had put it */
  readonly jumps: readonly string[]
  /** rows that changed their height while they stood in the DOM: what is below them in view moves */
  readonly grown: readonly string[]
  /** it came to the beginning or the end that it walked to */
  readonly arrived: boolean
}

export interface WalkOptions {
  readonly direction: 'up' | 'down'
  /** px of each step, in turn */
  readonly steps: readonly number[]
  readonly stepsMax?: number
  /** steps larger than the viewport pass over rows, and what stood in view need not be drawn after them */
  readonly whole?: boolean
}

/** Scrolls a room step by step, a step each frame, to its beginning or its end, and looks at the rows after each. */
export function walk(list: Locator, options: WalkOptions): Promise<Walk> {
  return list.evaluate(
    async (list, { direction, steps, stepsMax }) => {
      const seen = new Set<string>()
      const blanks: string[] = []
      const jumps: string[] = []
      const grown: string[] = []
      let heights = new Map<string, number>()
      let rowsMax = 0
      let taken = 0
      let idle = 0
      const look = () => {
        const box = list.getBoundingClientRect()
        const rows = [...list.querySelectorAll<HTMLElement>('article')]
        const beginning = list.querySelector<HTMLElement>('[data-key="beginning"]')
        rowsMax = Math.max(rowsMax, rows.length)
        const places = rows.map((row) => ({ key: row.dataset['key']!, box: row.getBoundingClientRect() }))
        const inView = places.filter((place) => place.box.bottom > box.top + 1 && place.box.top < box.bottom - 1)
        for (const place of inView) seen.add(place.key)
        const drawn = beginning ? [...places, { key: 'beginning', box: beginning.getBoundingClientRect() }] : places
        for (const { key, box } of drawn) {
          const by = box.height - (heights.get(key) ?? box.height)
          if (Math.abs(by) > 0.01) grown.push(`step ${taken}: ${key} by ${by} px`)
        }
        heights = new Map(drawn.map(({ key, box }) => [key, box.height]))
        return { box, places, inView }
      }
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      // As a reader sees it: a frame's last observer of sizes looks after all others have put right what grew, and before
      // the browser paints. In a task, a row may have grown that no frame has drawn yet.
      const painted = async () => {
        await frame()
        return new Promise<ReturnType<typeof look>>((resolve) => {
          const observer = new ResizeObserver(() => {
            observer.disconnect()
            const seenNow = look()
            const { port1, port2 } = new MessageChannel()
            port1.addEventListener('message', () => resolve(seenNow), { once: true })
            port1.start()
            port2.postMessage(null)
          })
          observer.observe(list)
        })
      }
      let before = await painted()
      while (idle < 10 && taken < stepsMax) {
        const from = list.scrollTop
        const step = (direction === 'up' ? -1 : 1) * steps[taken % steps.length]!
        list.scrollTop = from + step
        const moved = list.scrollTop - from
        taken++
        // the rows that the step drew as they first stand, and a frame later
        await painted()
        const after = await painted()
        const end =
          direction === 'up' ? list.scrollTop <= 0 : list.scrollTop >= list.scrollHeight - list.clientHeight - 1
        idle = Math.abs(moved) < 1 && end ? idle + 1 : 0
        const first = after.places[0]?.box.top ?? Infinity
        const last = after.places.at(-1)?.box.bottom ?? -Infinity
        const atBeginning = list.querySelector('[data-key="beginning"]') !== null
        if (after.inView.length === 0 || (first > after.box.top + 80 && !atBeginning)) {
          blanks.push(`step ${taken}: first row at ${first - after.box.top}, ${after.inView.length} rows in view`)
        }
        if (last < after.box.bottom - 40) blanks.push(`step ${taken}: last row ends at ${last - after.box.bottom}`)
        // the first row that was in view, and still is, has moved as far as was scrolled
        for (const { key, box } of before.inView) {
          const again = after.inView.find((place) => place.key === key)
          if (!again) continue
          const off = again.box.top - after.box.top - (box.top - before.box.top - moved)
          if (Math.abs(off) > 1.01) jumps.push(`step ${taken} of ${moved}: ${off} px too far`)
          break
        }
        before = after
      }
      const beginning = list.querySelector('[data-key="beginning"]')
      const arrived =
        direction === 'up'
          ? beginning !== null && beginning.getBoundingClientRect().bottom > list.getBoundingClientRect().top
          : list.scrollTop >= list.scrollHeight - list.clientHeight - 2
      return { seen: [...seen], steps: taken, rowsMax, blanks, jumps, grown, arrived }
    },
    { stepsMax: 20_000, ...options },
  )
}
