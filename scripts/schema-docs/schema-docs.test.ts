import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as v from 'valibot'
import { eventTypes } from '../../schema/events/event-types.ts'
import { id } from '../../schema/events/payload-fields.ts'
import { tables } from '../../schema/tables/tables.ts'
import { openMemoryStore } from '../../workers/event-store/testing.ts'
import { payloadInWords } from './payload-in-words.ts'
import { readTables } from './read-tables.ts'
import { referencesOf } from './references.ts'
import { schemaPage } from './schema-page.ts'

const page = await schemaPage()

test('docs/schema.md is what the code says', () => {
  const written = readFileSync(join(import.meta.dirname, '../../docs/schema.md'), 'utf8')
  expect(written === page, 'docs/schema.md is not fresh: run npm run schema-docs').toBe(true)
})

test('it has every table and every event type, and says of each event what it writes to', () => {
  for (const name of [...Object.keys(tables), ...eventTypes]) expect(page).toContain(`\n### ${name}\n`)
  expect(page).not.toContain('writes to | nothing else')
})

test('a table is read with its comments, keys, indexes and references', async () => {
  const store = await openMemoryStore()
  const sql = `
-- What lies
-- on the shelf.
CREATE TABLE shelf (
  id INTEGER PRIMARY KEY,
  room_id TEXT NOT NULL,            -- where it stands;
                                    -- or stood
  label TEXT DEFAULT 'x',
  made_by INTEGER,                  -- → memberships
  UNIQUE (room_id, label)
);
CREATE INDEX shelf_by_label ON shelf(label DESC, id) WHERE label IS NOT NULL;
`
  store.db.exec(sql)
  const shelf = readTables(store.db, [sql]).find(({ name }) => name === 'shelf')!
  const references = referencesOf(readTables(store.db, [sql])).filter(({ from }) => from === 'shelf')
  store.close()
  expect(shelf).toMatchObject({
    comment: 'What lies on the shelf.',
    columns: [
      { name: 'id', key: 1, isNullable: false, comment: '' },
      { name: 'room_id', type: 'TEXT', isNullable: false, comment: 'where it stands; or stood' },
      { name: 'label', fallback: "'x'", isNullable: true, comment: '' },
      { name: 'made_by', comment: '→ memberships' },
    ],
    indexes: [
      { columns: 'room_id, label', isUnique: true },
      { name: 'shelf_by_label', columns: 'label DESC, id WHERE label IS NOT NULL', isUnique: false },
    ],
  })
  expect(references.map(({ column, to }) => `${column} → ${to}`)).toEqual(['room_id → rooms', 'made_by → memberships'])
})

test('a payload is told in words', () => {
  const payload = v.object({
    a: v.optional(id),
    b: v.picklist(['x', 'y']),
    c: v.array(v.boolean()),
    d: v.nullable(v.string()),
  })
  expect(payloadInWords(payload)).toBe('{ a?: id, b: "x" or "y", c: list of boolean, d: string or null }')
})
