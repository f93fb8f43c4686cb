import type { Random } from '../random.ts'
import { list, optional, text, type Sql } from '../sql-text.ts'
import { leaf, randomExpression, type Scope } from './expression.ts'

/** `key`: what makes the order total; LIMIT goes with such an order, and seldom without. */
export function orderAndLimit(random: Random, scope: Scope, key: readonly string[] | null): Sql {
  if (random.chance(0.4)) return random.chance(0.1) ? randomLimit(random) : ''
  const terms: Sql[] = random.many(0, 2, () => {
    const term = random.chance(0.8)
      ? random.pick(scope.columns).sql
      : randomExpression(random, { columns: scope.columns }, 'int', 1)
    const constant = typeof term !== 'string' ? text`(${term}) + 0` : term
    const collate = random.chance(0.1) ? ` COLLATE ${random.pick(['NOCASE', 'RTRIM'])}` : ''
    return text`${constant}${collate}${random.pick(['', ' ASC', ' DESC', ' DESC'])}${random.pick(['', '', '', ' NULLS FIRST', ' NULLS LAST'])}`
  })
  const total = key !== null && random.chance(0.75)
  if (total) terms.push(...key.map((column) => column + random.pick(['', ' DESC'])))
  if (terms.length === 0) return ''
  return text` ORDER BY ${list(terms)}${total || random.chance(0.15) ? randomLimit(random) : ''}`
}

export function randomLimit(random: Random): Sql {
  if (random.chance(0.35)) return ''
  const limit = random.weighted([[6, random.between(1, 6)], [1, 0], [1, 15], [0.3, -1]]) // prettier-ignore
  const offset = random.chance(0.25) ? optional` OFFSET ${String(random.between(0, 4))}` : ''
  return optional` LIMIT ${leaf(random, { columns: [] }, 'blob') && String(limit)}${offset}`
}
