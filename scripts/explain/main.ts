import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { migrations } from '../../schema/tables/migrations.ts'
import { explainSql, inWords } from './explain-sql.ts'

/** `npm run explain -- "SELECT …" [--json] [--schema FILE]`; without a file of SQL the schema is the chat's. */
const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, schema: { type: 'string' } },
  allowPositionals: true,
})
const [sql] = positionals
if (sql === undefined || positionals.length > 1) {
  console.error('npm run explain -- "SELECT …" [--json] [--schema FILE]')
  process.exitCode = 2
} else {
  try {
    const schema = values.schema === undefined ? migrations : [readFileSync(values.schema, 'utf8')]
    const explanation = await explainSql(sql, schema)
    console.log(values.json ? JSON.stringify(explanation, null, 2) : inWords(explanation))
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
