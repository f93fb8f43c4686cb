import { expect, test } from 'vitest'
import { openLiveDatabase } from '../../dataflow/index.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import { streamOfRoom } from '../../schema/events/streams.ts'
import { hitsOf, planSearch } from '../../schema/search/search.ts'
import type { SearchRow } from '../../schema/search/search-sql.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { migrate } from '../runtime/opening/migrate.ts'
import { openRawSql } from '../runtime/serving/raw-sql.ts'
import { applyBatch } from './apply-batch.ts'
import { eventId } from './random-events.ts'
import { openStore } from './store.ts'
import { loadSqlite } from './testing.ts'

const stream = 'space:s1'

test.each([
  ['quince ', ['new', 'old']],
  ['quin', ['new', 'old']],
  ['"quince jam"', ['old']],
  ['上海', ['chinese']],
  ['quince -jam ', ['new']],
  ['quince from:ann', ['new', 'old']],
  ['from:bo', ['chinese']],
  ['quince in:general', ['new', 'old']],
  ['in:general', ['new', 'chinese', 'old']],
  ['is:pinned', ['old']],
  ['quince is:pinned', ['old']],
  ['is:reply', ['new']],
  ['is:edited', ['edited']],
  ['has:link', ['edited']],
  ['has:reaction', ['old']],
  ['is:unread', ['chinese']],
  ['quince after:2020 before:2030', ['new', 'old']],
  ['before:2020', []],
])('%j finds, within the turn that brings it: %j', async (typed, found) => {
  const sqlite3 = await loadSqlite()
  const db = new sqlite3.oo1.DB(':memory:')
  const sql = openRawSql(sqlite3, db)
  migrate(sql, migrations)
  const live = openLiveDatabase(sqlite3, db)
  const store = openStore({ sql, transaction: (work) => live.transaction(work) })
  let clock = BigInt(Date.UTC(2024, 0, 1)) << 16n
  let seq = 0
  const apply = (type: string, fields: Partial<AnyEvent> & { payload: unknown }) => {
    clock += 1n << 32n
    const at = Number(clock >> 16n)
    const common = { id: eventId(Number(clock >> 32n)), type, stream, actor: 'ann', clock: String(clock), at, deps: [] }
    const within = /^(?:message|reaction|pin)/.test(type) ? { stream: streamOfRoom('s1', 'r1') } : {}
    const event: AnyEvent = { ...common, ...within, ...fields }
    const items = [{ seq: String(++seq).padStart(16, '0'), receivedAt: at, event }]
    const outcome = applyBatch(store, { batchId: `b${seq}`, stream: event.stream, items, after: null, cursor: null })
    expect(outcome).toMatchObject({ type: 'Applied', rejected: [] })
    return event.id
  }
  apply('space.create', { entity: 's1', payload: { name: 'S', visibility: 'public' } })
  for (const actor of ['ann', 'bo']) apply('member.join', { actor, entity: actor, payload: { name: actor } })
  apply('room.create', { entity: 'r1', payload: { name: 'general', kind: 'room' } })

  const plan = await planSearch(async (text, values) => live.all(text, values), stream, ['ann'], typed)
  if (plan.type !== 'plan') throw new Error(JSON.stringify(plan))
  const { query } = plan.otherwise ?? plan.ask
  const followed = live.subscribe(query, () => {})
  expect(followed.explain().mode).toBe('incremental')
  const say = (text: string, more: Partial<AnyEvent> = {}, replyTo: string | null = null) =>
    apply('message.create', { room: 'r1', payload: { text, ...(replyTo && { replyTo }) }, ...more })

  const old = say('quince jam')
  const names = { old }
  const check = () => expect(followed.rows).toEqual(live.all(query.sql, query.parameters))
  check()
  apply('pin.add', { entity: old, room: 'r1', payload: {} })
  apply('reaction.add', { actor: 'bo', entity: old, room: 'r1', payload: { emoji: '👍' } })
  check()
  const gone = say('quince, and gone', {}, old)
  apply('message.delete', { entity: gone, room: 'r1', payload: {} })
  check()
  const edited = say('quince, and edited')
  apply('message.edit', { entity: edited, room: 'r1', payload: { text: 'see https://a.example' } })
  if (!['is:edited', 'has:link'].includes(typed)) apply('message.delete', { entity: edited, room: 'r1', payload: {} })
  check()
  Object.assign(names, { edited, chinese: say('去上海', { actor: 'bo' }), new: say('a quince', {}, old) })
  check()
  const { hits } = hitsOf(
    plan.ask,
    followed.rows.map(([, hit]) => ({ hit }) as SearchRow),
  )
  const nameOf = (id: string) => Object.entries(names).find(([, each]) => each === id)?.[0]
  expect(hits.map(({ id }) => nameOf(id))).toEqual(found)
  live.close()
  sql.close()
  db.close()
})
