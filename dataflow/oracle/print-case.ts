import type { Case } from './case.ts'
import { literal } from './generate/value.ts'
import type { Failure } from './run-case.ts'
import { list, print, type Sql } from './sql-text.ts'

/** A failing case as text that stands alone: SQL to paste, what was expected, and how to play it again. */
export function printCase({ setup, queries, steps }: Case, failure: Failure, replay: string): string {
  const lines = [`-- ${failure.law}: ${failure.detail}`, `-- replay: ${replay}`]
  if (failure.explanation) {
    const { mode, reason, operators } = failure.explanation
    lines.push(`-- mode ${mode}${reason ? ` (${reason})` : ''}: ${operators.map(({ kind }) => kind).join(', ')}`)
  }
  for (const statement of setup) lines.push(`${show(statement)};`)
  queries.forEach((query, i) => lines.push(`-- live query ${i}:`, `${show(query)};`))
  steps.forEach(({ how, statements }, i) => {
    lines.push(`-- step ${i} (${how}):`)
    if (how === 'script') lines.push(show(list(statements, '; ')))
    else for (const statement of statements) lines.push(`${show(statement)};`)
  })
  return lines.join('\n')
}

function show(sql: Sql): string {
  const printed = print(sql)
  if (printed.parameters.length === 0) return printed.sql
  return `${printed.sql} /* parameters: ${printed.parameters.map(literal).join(', ')} */`
}
