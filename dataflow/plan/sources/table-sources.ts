import type { BoundArm, BoundQuery, Source } from '../../bind/bound.ts'
import type { Occurrence } from './occurrences.ts'
import { Unplannable } from '../unplannable.ts'

/** Every place in a query that reads a table, wherever it is. */
export function tableSourcesIn(part: BoundQuery | BoundArm): Set<Source> {
  const found = new Set<Source>()
  const seen = new Set<object>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if ('relation' in value && (value as Source).relation.kind === 'table') found.add(value as Source)
    if (value instanceof Map || value instanceof Set) return value.forEach(visit)
    for (const [name, each] of Object.entries(value)) if (name !== 'ast' && name !== 'sources') visit(each)
  }
  visit(part)
  return found
}

/** Law: what is maintained by paths follows every table that it reads. A corner that no path leads to is no error, but read as a whole. */
export function assertAllReached(part: BoundQuery | BoundArm, occurrences: readonly Occurrence[]): void {
  const reached = new Set(occurrences.map(({ source }) => source))
  for (const { relation } of [...tableSourcesIn(part)].filter((source) => !reached.has(source))) {
    if (relation.kind === 'table') throw new Unplannable(`no path leads to ${relation.table.name} where it is read`)
  }
}
