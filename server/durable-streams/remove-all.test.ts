import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { openSqliteEventLog } from '../log/sqlite-event-log.ts'
import type { CreateRequest } from './decide.ts'
import { openDurableStreams } from './open.ts'

const health = { wrote: () => {}, failed: () => false, bug: () => {} }

test('with an account go its streams, its forks and its subscriptions, and their words from the files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'remove-all-'))
  const log = await openSqliteEventLog(join(folder, 'streams.db'), health)
  const logger = pino({ level: 'silent' })
  const streams = await openDurableStreams(log, folder, logger, { localWebhooks: true })
  const create = (name: string, text: string, source: string | null = null) => {
    const fork = source === null ? null : { source, offset: null, subOffset: 0 }
    const setup = { contentType: 'text/plain', ttlSeconds: null, expiresAt: null, fork }
    const request: CreateRequest = { setup, closed: false, messages: [text] }
    return streams.store.create(name, request)
  }
  const subscription = {
    type: 'webhook' as const,
    pattern: '**',
    streams: [],
    webhookUrl: 'http://127.0.0.1:1/hook-of-ada',
    wakeStream: null,
    leaseMs: 1000,
    description: null,
  }
  await streams.subscriptions.create('ada', 'hers', subscription, 'http://localhost')
  await create('ada/notes', 'words-of-ada')
  await create('ada/notes/copy', 'more-of-ada', 'ada/notes')
  await create('ada/notes/copy/again', 'most-of-ada', 'ada/notes/copy')
  await create('ada', 'not hers: a name without a path')
  await create('adam/notes', 'words-of-adam')
  await streams.removeAll('ada')
  expect((await log.streams()).toSorted()).toEqual(['ada', 'adam/notes'])
  expect(streams.subscriptions.countOf('ada')).toBe(0)
  await streams.close()
  const bytes = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'))
  const all = bytes.join('')
  expect(all).toContain('words-of-adam')
  expect(all).not.toMatch(/words-of-ada(?!m)|more-of-ada|most-of-ada/)
  rmSync(folder, { recursive: true, force: true })
})
