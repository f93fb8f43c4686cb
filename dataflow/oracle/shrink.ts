import type { Case, Step } from './case.ts'
import type { Failure } from './run-case.ts'
import { simpler, type Sql } from './sql-text.ts'

/**
 * Makes a failing case small: drops steps, queries, statements and rows, then parts of the SQL, as long as the same law breaks.
 * Greedy, boldest first, until nothing more can go or `budget` plays are spent.
 */
export async function shrinkCase(
  failing: Case,
  play: (candidate: Case) => Promise<Failure | null>,
  budget = 3000,
): Promise<Case> {
  const law = (await play(failing))?.law
  let smallest = failing
  let plays = 0
  const firstThatFails = async () => {
    for (const candidate of smallerCases(smallest)) {
      if (++plays > budget) return null
      if ((await play(candidate))?.law === law) return candidate
    }
    return null
  }
  for (let next = await firstThatFails(); next; next = await firstThatFails()) smallest = next
  return smallest
}

function* smallerCases(of: Case): Generator<Case> {
  const { setup, queries, steps } = of
  for (const fewer of smallerLists(steps)) yield { ...of, steps: fewer }
  if (queries.length > 1) for (const query of queries) yield { ...of, queries: [query] }
  for (const fewer of smallerLists(setup)) yield { ...of, setup: fewer }
  for (const changed of inPlace(steps, simplerSteps)) yield { ...of, steps: changed }
  for (const changed of inPlace(queries, simpler)) yield { ...of, queries: changed }
  for (const changed of inPlace(setup, simpler)) yield { ...of, setup: changed }
}

function* simplerSteps(step: Step): Generator<Step> {
  if (step.how !== 'run') yield { ...step, how: 'run' }
  for (const fewer of smallerLists(step.statements)) if (fewer.length > 0) yield { ...step, statements: fewer }
  for (const changed of inPlace<Sql>(step.statements, simpler)) yield { ...step, statements: changed }
}

/** Halves first, then single items. */
function* smallerLists<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let size = items.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < items.length; from += size) yield [...items.slice(0, from), ...items.slice(from + size)]
  }
  if (items.length === 1) yield []
}

function* inPlace<T>(items: readonly T[], smaller: (item: T) => Iterable<T>): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at++) {
    for (const item of smaller(items[at]!)) yield items.map((old, i) => (i === at ? item : old))
  }
}
