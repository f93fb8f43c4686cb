import type { BoundColumn, BoundComparison, BoundExpression, BoundSelect, From, Source } from '../../bind/bound.ts'
import type { PartitionKey } from './partition-keys.ts'

/**
 * Sources of which there is at most one row for each partition, because they are joined by their primary key to what the
 * key determines: rows need no name of theirs.
 *
 *   key (m.id):  m JOIN authors a ON a.id = m.author JOIN cities c ON c.id = a.city       a and c are determined
 *                m JOIN reactions r ON r.message = m.id                                   r is not
 */
export function determinedSources(select: BoundSelect, keys: readonly PartitionKey[]): Set<Source> {
  const determined = new Set<Source>()
  const anchor = keys[0]?.plain?.source
  // a row that an outer join made of NULLs has no key that determines anything
  if (!anchor || anchor.nullSupplied || !keys.every(({ plain }) => plain?.source === anchor)) return determined
  if (joinsIn(select.from).some(({ join }) => join === 'right' || join === 'full')) return determined
  const equations = equationsThatHold(select)
  for (let grows = true; grows;) {
    grows = false
    for (const { column, other } of equations) {
      const { source } = column
      if (source === anchor || determined.has(source) || other.subquery) continue
      if (![...other.sources].every((each) => each === anchor || determined.has(each))) continue
      determined.add(source)
      grows = true
    }
  }
  return determined
}

interface KeyEquation {
  readonly column: BoundColumn
  readonly other: BoundExpression
}

/** `primary key = …`, where it holds for every row that has one of the source. */
function equationsThatHold(select: BoundSelect): KeyEquation[] {
  const ons = joinsIn(select.from).flatMap((join) => {
    const own = join.on.flatMap(keyEquations)
    // the ON of a LEFT JOIN says nothing of what is on its left
    return join.join === 'left' ? own.filter(({ column }) => holds(join.right, column.source)) : own
  })
  return [...select.where.flatMap(keyEquations), ...ons]
}

type Join = Extract<From, { kind: 'join' }>

function joinsIn(from: From | null): Join[] {
  return from?.kind === 'join' ? [from, ...joinsIn(from.left), ...joinsIn(from.right)] : []
}

function holds(from: From, source: Source): boolean {
  return from.kind === 'source' ? from.source === source : holds(from.left, source) || holds(from.right, source)
}

function keyEquations(condition: BoundExpression): KeyEquation[] {
  if (condition.kind !== 'comparison' || condition.operator !== '=') return []
  const { left, right } = condition
  return [
    ...(left.kind === 'column' && isUnique(left, condition) ? [{ column: left, other: right }] : []),
    ...(right.kind === 'column' && isUnique(right, condition) ? [{ column: right, other: left }] : []),
  ]
}

/** At most one row has the value, as the comparison sees it. */
function isUnique({ source, column }: BoundColumn, { comparedBy, applied }: BoundComparison): boolean {
  if (source.relation.kind !== 'table') return false
  const { table } = source.relation
  if (!table.withoutRowid && (column === -1 || column === table.rowidColumn)) return true
  if (table.primaryKey.length !== 1 || table.primaryKey[0] !== column) return false
  const { affinity, collation } = table.columns[column]!
  return affinity === 'TEXT' && applied !== 'NUMERIC' && collation === comparedBy
}
