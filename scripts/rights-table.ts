import { readFileSync, writeFileSync } from 'node:fs'
import { rightsTables } from '../schema/rights/table.ts'

/** Writes the tables of docs/rights.md anew, from the code. */
const path = new URL('../docs/rights.md', import.meta.url)
const [before] = readFileSync(path, 'utf8').split('\n| in a public space ')
writeFileSync(path, `${before}\n${rightsTables()}`)
