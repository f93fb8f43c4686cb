import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explainSql, inWords } from './explain-sql.ts'

const schema = [
  'CREATE TABLE m(id INTEGER PRIMARY KEY, room TEXT NOT NULL, body TEXT); CREATE INDEX by_room ON m(room)',
]

test('mode, tables, operators and the look-ups that they make', async () => {
  const explanation = await explainSql('SELECT room, group_concat(body) FROM m WHERE room = ? GROUP BY room', schema)
  expect(explanation).toMatchObject({ mode: 'partitioned', tables: ['main.m'] })
  const words = inWords(explanation)
  expect(words).toMatch(/^partitioned: /)
  expect(words).toMatch(/recompute .*← \d/)
  expect(words).toMatch(/SELECT .*group_concat/i)
})

test('why a query runs again', async () => {
  expect(inWords(await explainSql('SELECT random() FROM m', schema))).toMatch(/^rerun: .*random/)
})

test('the command prints text, JSON, and what is wrong with the SQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rsql-explain-'))
  const file = join(folder, 'schema.sql')
  writeFileSync(file, schema[0]!)
  const explain = (...words: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...words], {
      encoding: 'utf8',
    })
  try {
    const told = explain('SELECT count(*) AS n FROM m', '--schema', file, '--json')
    expect(JSON.parse(told.stdout)).toMatchObject({ mode: 'incremental', tables: ['main.m'] })
    // the chat's own tables
    expect(explain('SELECT nobody FROM outbox')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no such column: nobody'),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
