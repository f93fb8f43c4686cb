import type { Case, Step } from '../case.ts'
import { Random } from '../random.ts'
import { disguise } from './disguise.ts'
import { randomExpressionCase } from './expression-case.ts'
import { randomSchema } from './schema.ts'
import { randomQuery } from './select.ts'
import { sibling } from './sibling.ts'
import { randomSetup, randomStep } from './transaction.ts'

/** One random case from one seed. */
export function randomCase(seed: number): Case {
  const random = new Random(seed)
  if (random.chance(0.15)) return randomExpressionCase(random, seed)
  const schema = randomSchema(random)
  const setup = randomSetup(random, schema)
  const queries = random.many(1, 3, () => randomQuery(random, schema))
  if (random.chance(0.2)) queries.push(...random.many(1, 3, () => sibling(random, random.pick(queries))))
  if (random.chance(0.15)) queries.push(disguise(random, queries.pop()!))
  const steps = random.many(2, 6, (): Step => {
    if (random.chance(0.02)) return { how: 'unsubscribe', statements: [] }
    // DROP TABLE may have left nothing to ask
    if (schema.tables.length > 0 && random.chance(0.05)) return { how: 'subscribe', statements: [random.chance(0.6) ? random.pick(queries) : randomQuery(random, schema)] } // prettier-ignore
    return randomStep(random, schema)
  })
  return { seed, setup, queries, steps }
}
