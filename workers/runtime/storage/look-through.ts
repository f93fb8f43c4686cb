import type { Clock } from '../platform/clock.ts'

/** the look through an unclean database begins so late, waits for so long a pause, and no longer than that */
const lookThroughMs = { first: 3_000, pause: 500, patience: 30_000 }

export interface LookThroughParts {
  readonly clock: Clock
  readonly over: () => boolean
  /** when the database was used last */
  readonly usedAt: () => number
  readonly tables: () => readonly string[]
  /** false: it is damaged, which was told */
  readonly isSound: (table: string) => boolean
  readonly done: () => void
}

/** After a session that died while it wrote: every table is checked, one in each pause between requests. */
export function lookThrough({ clock, over, usedAt, tables, isSound, done }: LookThroughParts): void {
  clock.after(lookThroughMs.first, () => next(tables()))

  function next(left: readonly string[], waited = 0): void {
    const [table, ...rest] = left
    if (table === undefined) return done()
    clock.after(lookThroughMs.pause, () => {
      if (over()) return
      const busy = clock.now() - usedAt() < lookThroughMs.pause
      if (busy && waited < lookThroughMs.patience) return next(left, waited + lookThroughMs.pause)
      if (isSound(table)) next(rest)
    })
  }
}
