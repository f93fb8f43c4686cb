import type { SqlValue } from '../../../schema/live.ts'
import type { BoundArm, BoundOrderTerm, BoundQuery } from '../../bind/bound.ts'
import { compareValues } from '../../compare.ts'
import { isKnownCollation } from '../../key.ts'
import type { Window } from '../../operators/result-window.ts'
import type { ArmPlan } from '../../plan/query-plan.ts'
import { Unplannable } from '../../plan/unplannable.ts'
import { printExpression } from '../../print/print.ts'
import { takesNameOf, type Entry } from '../../result/entry.ts'
import type { CompareEntries } from '../../result/ordered-list.ts'
import type { Connection } from '../../sqlite/connection.ts'

/* How the entries of a result are ordered, cut, and told apart. */

/** By the terms of ORDER BY; where a window is cut from the rows, then by their keys, so that they have one order. */
export function orderEntries(
  terms: readonly BoundOrderTerm[],
  plans: readonly ArmPlan[],
  ties: { readonly descending: boolean } | null,
): CompareEntries {
  const { layout, keys, distinctAfter } = plans[0]!.block
  // counted rows are no longer known by more than what they show
  const counted = plans.length > 1 || distinctAfter
  const order = counted ? terms.map((term) => term.column) : layout.order
  const tied = ties ? [...layout.keys.filter((k) => !layout.order.includes(k)), ...layout.ids] : []
  const tieCollations = keys.map(({ collation }) => collation)
  const descending = ties?.descending ?? false
  return compareEntries(
    order.map((place, i) => ({ place, ...terms[i]! })),
    tied.map((place, i) => ({ place, descending, nullsFirst: !descending, collation: tieCollations[i] ?? 'BINARY' })),
  )
}

/** LIMIT and OFFSET as the parameters make them; null: there is no LIMIT. */
export function readWindow(
  connection: Connection,
  query: BoundQuery,
  parameters: readonly SqlValue[],
  plan: ArmPlan | null,
): Window | null {
  if (!query.limit) return null
  const sql = `SELECT ${printExpression(query.limit.ast)}, ${query.offset ? printExpression(query.offset.ast) : '0'}`
  const statement = connection.take(sql)
  try {
    for (let i = 0; i < parameters.length && i < statement.parameterCount; i++) statement.bind(i + 1, parameters[i]!)
    statement.step()
    const [limit, offset] = [statement.value(0), statement.value(1)]
    if (typeof limit !== 'number' || typeof offset !== 'number') throw new Unplannable('LIMIT of no plain integer')
    const cut = plan?.block.kind === 'rows' && !plan.block.distinctAfter
    if (limit < 0) return { limit: Number.MAX_SAFE_INTEGER, offset: Math.max(0, offset), slack: null }
    return { limit, offset: Math.max(0, offset), slack: cut ? Math.max(20, Math.ceil(limit / 2)) : null }
  } finally {
    connection.giveBack(sql, statement)
  }
}

/** UNION ALL alone tells rows apart that a collation calls equal. */
export function countCollations(query: BoundQuery, plans: readonly ArmPlan[]): string[] {
  const folds = ({ columns }: BoundArm) => columns.some(({ collation }) => collation !== 'BINARY')
  if (query.arms.length > 1 && query.arms.some((arm, i) => plans[i]!.block.distinctAfter && folds(arm))) {
    throw new Unplannable('an arm that is DISTINCT by a collation of its own')
  }
  const all = query.arms.every(({ operator }) => operator === null || operator === 'UNION ALL')
  if (all && query.arms.length > 1) return query.columns.map(() => 'BINARY')
  const collations = query.columns.map(({ collation }) => collation)
  if (!collations.every(isKnownCollation)) throw new Unplannable('a custom collation')
  const mixed = query.arms.some(({ operator }) => operator === 'UNION ALL')
  if (mixed && collations.some((collation) => collation !== 'BINARY'))
    throw new Unplannable('UNION ALL mixed with sets')
  return collations
}

interface Term {
  readonly place: number
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly collation: string
}

function compareEntries(terms: readonly Term[], ties: readonly Term[]): CompareEntries {
  const all = [...terms, ...ties]
  return ({ values: a }, { values: b }) => {
    for (let i = 0; i < all.length; i++) {
      const term = all[i]!
      const [x, y] = [a[term.place]!, b[term.place]!]
      if (x === y) continue
      if (x === null || y === null) return (x === null) === term.nullsFirst ? -1 : 1
      const order = typeof x === 'number' && typeof y === 'number' ? x - y : compareValues(x, y, term.collation)
      if (order !== 0) return term.descending ? -order : order
    }
    return 0
  }
}

/** Rows without an order keep the places that they had; new ones come last. */
export function inOldOrder(entries: readonly Entry[], keys: readonly string[]): Entry[] {
  const left = new Map(entries.map((entry) => [entry.key, entry]))
  const sorted: Entry[] = []
  for (const key of keys) {
    const entry = left.get(key)
    if (!entry) continue
    sorted.push(entry)
    left.delete(key)
  }
  return [...sorted, ...left.values()]
}

/** The same of entries that were read again: they and their next versions stand where they stood. Most are in the old order already. */
export function inPlacesOf(entries: readonly Entry[], old: readonly Entry[]): Entry[] {
  const sorted: (Entry | undefined)[] = Array.from({ length: old.length })
  const unplaced: Entry[] = []
  let next = 0
  for (const entry of entries) {
    if (next < old.length && takesNameOf(entry, old[next]!)) sorted[next++] = entry
    else if (next + 1 < old.length && takesNameOf(entry, old[next + 1]!)) {
      sorted[next + 1] = entry
      next += 2
    } else unplaced.push(entry)
  }
  const free = new Map<string, number>()
  if (unplaced.length > 0) for (let i = 0; i < old.length; i++) if (!sorted[i]) free.set(old[i]!.key, i)
  const last: Entry[] = []
  for (const entry of unplaced) {
    const place = free.get(entry.key)
    if (place === undefined) last.push(entry)
    else sorted[place] = entry
  }
  return [...sorted.filter((entry) => entry !== undefined), ...last]
}
