import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventLogConformance } from './event-log.conformance.ts'
import { openSqliteEventLog } from './sqlite-event-log.ts'

let directory = ''
const health = { wrote: () => {}, failed: () => false, bug: () => {} }
const reopen = () => openSqliteEventLog(join(directory, 'events.db'), health)

eventLogConformance('embedded SQLite', {
  open: () => {
    directory = mkdtempSync(join(tmpdir(), 'event-log-'))
    return reopen()
  },
  reopen,
  dispose: async () => rmSync(directory, { recursive: true, force: true }),
})
