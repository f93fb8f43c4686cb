import type { BoundExpression, From, Source } from '../../bind/bound.ts'

/**
 * Which rows of a FROM clause can a changed row of one source touch, outer joins included? Each way is a flat inner join that finds
 * them, and says which sources those rows have as NULL.
 *
 * Law: every row of FROM in which the changed row takes part, or which is there only because no row matched, or is gone
 * because one does, is found by one of the ways; with the values, or the NULLs, that it has.
 *
 *   a LEFT JOIN b ON p, a row of b changed, b wanted:   b, a ON p            the rows that have it
 *                                                       b, a ON p, b NULL    those of a that stood alone before, or do now
 *   a FULL JOIN b ON p, a row of b changed:             both of these, and   b, a NULL
 *
 * Sources that nobody wants to know the values of are left out, or hidden where they are needed to find the others.
 */
export interface Way {
  readonly sources: ReadonlySet<Source>
  readonly on: readonly JoinCondition[]
  /** their columns are NULL in the rows found, whatever they were while finding them */
  readonly nulled: ReadonlySet<Source>
  /** both NULL and not */
  readonly hidden: ReadonlySet<Source>
}
export interface JoinCondition {
  readonly expression: BoundExpression
  /** as they were below the join */
  readonly nulled: ReadonlySet<Source>
  readonly hidden: ReadonlySet<Source>
}

const none: ReadonlySet<Source> = new Set()

/** `through`: the source with the changed row; null: any row may be touched. */
export function waysThrough(from: From, through: Source | null, wanted: ReadonlySet<Source>): Way[] {
  if (from.kind === 'source') return [{ sources: new Set([from.source]), on: [], nulled: none, hidden: none }]
  if (!through) return allWays(from, wanted)
  const [own, other] = contains(from.left, through) ? [from.left, from.right] : [from.right, from.left]
  const ownIsFilled = from.join === 'full' || from.join === (own === from.left ? 'right' : 'left')
  const otherIsFilled = from.join === 'full' || from.join === (own === from.left ? 'left' : 'right')
  const alone = waysThrough(own, through, wanted)
  const matched = joined(alone, allWays(other, wanted), from.on)
  if (!ownIsFilled && !otherIsFilled) return matched
  const ways: Way[] = []
  if (otherIsFilled) {
    if (meets(other, wanted)) ways.push(...matched, ...alone.map((way) => withNulls(way, other)))
    else ways.push(...alone)
  }
  if (from.join === 'full') return [...ways, ...matched.map((way) => withNulls(way, own))]
  if (!ownIsFilled) return ways
  if (meets(own, wanted)) return [...matched, ...matched.map((way) => withNulls(way, own))]
  return matched.map((way) => ({ ...way, hidden: union(way.hidden, new Set(leavesOf(own))) }))
}

function allWays(from: From, wanted: ReadonlySet<Source>): Way[] {
  if (from.kind === 'source') return waysThrough(from, null, wanted)
  const [left, right] = [allWays(from.left, wanted), allWays(from.right, wanted)]
  const both = () => joined(left, right, from.on)
  const leftAlone = () => left.map((way) => withNulls(way, from.right))
  const rightAlone = () => right.map((way) => withNulls(way, from.left))
  switch (from.join) {
    case 'inner':
      return both()
    case 'left':
      return meets(from.right, wanted) ? [...both(), ...leftAlone()] : left
    case 'right':
      return meets(from.left, wanted) ? [...both(), ...rightAlone()] : right
    case 'full':
      return [...(meets(from.right, wanted) ? [...both(), ...leftAlone()] : left), ...rightAlone()]
  }
}

function joined(left: readonly Way[], right: readonly Way[], on: readonly BoundExpression[]): Way[] {
  return left.flatMap((a) =>
    right.map((b): Way => {
      const [nulled, hidden] = [union(a.nulled, b.nulled), union(a.hidden, b.hidden)]
      const conditions = on.map((expression) => ({ expression, nulled, hidden }))
      return { sources: union(a.sources, b.sources), on: [...a.on, ...b.on, ...conditions], nulled, hidden }
    }),
  )
}

function withNulls(way: Way, side: From): Way {
  return { ...way, nulled: union(way.nulled, new Set(leavesOf(side))) }
}

function meets(from: From, wanted: ReadonlySet<Source>): boolean {
  return leavesOf(from).some((source) => wanted.has(source))
}

function contains(from: From, source: Source): boolean {
  return leavesOf(from).includes(source)
}

function leavesOf(from: From): Source[] {
  return from.kind === 'source' ? [from.source] : [...leavesOf(from.left), ...leavesOf(from.right)]
}

function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  if (a.size === 0) return b
  return b.size === 0 ? a : new Set([...a, ...b])
}
