import type { BoundOrderTerm } from '../../bind/bound.ts'
import { printExpression } from '../../print/print.ts'

/**
 * One order that is the windows' and, seen from the one end or the other, the result's. Null: there is none.
 *
 *   windows by score DESC      result by rank() OVER …, id     →   score DESC, id
 *   windows by ts, id          result by ts DESC, id DESC      →   ts DESC, id DESC, backwards
 *   windows by ts, id          result by name                  →   null
 */
export function arrange(
  result: readonly BoundOrderTerm[],
  windows: readonly BoundOrderTerm[],
): { readonly order: readonly BoundOrderTerm[]; readonly backwards: boolean } | null {
  if (windows.length === 0) return { order: result, backwards: false }
  const forwards = along(result, windows, false)
  if (forwards) return { order: forwards, backwards: false }
  const order = along(result, windows.map(turned), true)
  return order && { order, backwards: true }
}

function along(
  result: readonly BoundOrderTerm[],
  windows: readonly BoundOrderTerm[],
  backwards: boolean,
): BoundOrderTerm[] | null {
  const order: BoundOrderTerm[] = []
  let next = 0
  for (const term of result) {
    if (growsAlong(term) && term.descending === backwards) while (next < windows.length) order.push(windows[next++]!)
    else if (next < windows.length && isSame(term, windows[next]!)) order.push(windows[next++]!)
    else if (next === windows.length && !term.expression.window) order.push(term)
    else return null
  }
  return [...order, ...windows.slice(next)]
}

/** By it rows come as the windows order them: it differs where the order does, and only there. */
function growsAlong({ expression }: BoundOrderTerm): boolean {
  return expression.kind === 'window' && /^(?:row_number|rank|dense_rank|percent_rank|cume_dist)$/.test(expression.name)
}

function turned(term: BoundOrderTerm): BoundOrderTerm {
  return { ...term, descending: !term.descending, nullsFirst: !term.nullsFirst }
}

function isSame(a: BoundOrderTerm, b: BoundOrderTerm): boolean {
  return (
    printExpression(a.expression.ast) === printExpression(b.expression.ast) &&
    a.descending === b.descending &&
    a.nullsFirst === b.nullsFirst &&
    a.collation === b.collation
  )
}
