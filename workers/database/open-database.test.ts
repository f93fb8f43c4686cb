import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type OpenOutcome, type OpenPlatform } from './open-database.ts'
import { dispatchDrafts } from './dispatch-drafts.ts'
import { pendingEvents, requeueEvents } from './outbox.ts'
import type { SentinelMark } from './sentinel.ts'
import type { StoragePool } from './storage-pool.ts'
import { openStore } from './store.ts'
import { eventId } from './random-events.ts'
import { loadSqlite } from './testing.ts'

let sqlite3: Sqlite3Static
beforeAll(async () => {
  sqlite3 = await loadSqlite()
})

describe('openDatabase', () => {
  it('opens a new file, then the same again, and remembers it outside', async () => {
    const device = new Device()
    expect(await device.open()).toMatchObject({ type: 'Opened', storage: 'opfs', problem: null })
    const { generation } = device.mark!
    device.save()
    expect(await device.open()).toMatchObject({ type: 'Opened', problem: null })
    expect(device.mark).toEqual({ generation, suspect: false })
  })

  it('says when the browser has removed the file, and begins a new generation', async () => {
    const device = new Device()
    await device.open()
    const { generation } = device.mark!
    device.bytes = null
    expect(await device.open()).toMatchObject({ type: 'Opened', problem: { code: 'STORAGE_LOST' } })
    expect(device.mark!.generation).not.toBe(generation)
  })

  it('leaves a file of a newer build as it is', async () => {
    const device = new Device()
    await device.open()
    device.db!.exec('PRAGMA user_version = 99')
    device.save()
    const before = device.bytes
    expect(await device.open()).toMatchObject({ type: 'NotOpened', final: true, problem: { code: 'SCHEMA_TOO_NEW' } })
    expect(device.bytes).toEqual(before)
  })

  it('replaces a file that is no database', async () => {
    const device = new Device()
    device.bytes = new Uint8Array(8192).fill(65)
    expect(await device.open()).toMatchObject({ type: 'Opened', problem: { code: 'STORAGE_CORRUPT' }, salvaged: [] })
    expect(device.db!.selectValue('SELECT count(*) FROM events')).toBe(0)
  })

  it('finds a damaged page when the last session was suspect, and keeps what the server has not had', async () => {
    const device = new Device()
    const first = (await device.open()) as Extract<OpenOutcome, { type: 'Opened' }>
    const store = openStore({ sqlite3, db: first.db })
    const text = 'written offline'
    const [id, stream, room, actor] = [eventId(1), 'space:s1', 'r1', 'ann']
    dispatchDrafts(store, [{ id, type: 'message.create', stream, room, actor, at: 1, payload: { text } }])
    const pending = pendingEvents(store)
    first.suspect()
    const mentionsRoot = Number(device.db!.selectValue("SELECT rootpage FROM sqlite_schema WHERE name = 'mentions'"))
    store.sql.close()
    device.save()
    device.bytes!.fill(0xff, (mentionsRoot - 1) * 4096, mentionsRoot * 4096)
    const outcome = (await device.open()) as Extract<OpenOutcome, { type: 'Opened' }>
    expect(outcome).toMatchObject({ type: 'Opened', problem: { code: 'STORAGE_CORRUPT' }, salvaged: pending })
    const again = openStore({ sqlite3, db: outcome.db })
    expect(requeueEvents(again, outcome.salvaged)).toEqual(pending)
    expect(pendingEvents(again)).toEqual(pending)
    expect(again.sql.prepare('SELECT snippet FROM timeline_items').rows()).toEqual([[text]])
  })

  it('goes to memory only where there is no OPFS, and says so', async () => {
    const device = new Device()
    const noOpfs = await device.open({ installPool: async () => ({ type: 'NoOpfs' }) })
    expect(noOpfs).toMatchObject({ type: 'Opened', storage: 'memory', problem: { code: 'STORAGE_MEMORY' } })
    const held = await device.open({ installPool: async () => ({ type: 'Held', message: 'taken' }) })
    expect(held).toMatchObject({ type: 'NotOpened', final: false, problem: { code: 'OPEN_FAILED' } })
  })

  it('says when the quota is reached', async () => {
    const device = new Device()
    device.failWith = Object.assign(new Error('disk I/O error'), { code: 10 })
    device.used = 0.99
    expect(await device.open()).toMatchObject({ type: 'NotOpened', problem: { code: 'QUOTA_EXCEEDED' } })
    device.used = 0.1
    await expect(device.open()).rejects.toThrow('disk I/O error')
  })
})

/** A device whose one file is a byte array. */
class Device {
  bytes: Uint8Array | null = null
  mark: SentinelMark | null = null
  db: Database | null = null
  failWith: Error | null = null
  used = 0

  open(other: Partial<OpenPlatform> = {}): Promise<OpenOutcome> {
    const pool: StoragePool = {
      exists: () => this.bytes !== null,
      open: () => this.#openFile(),
      remove: () => void (this.bytes = null),
    }
    return openDatabase({
      sqlite3,
      sentinel: { read: async () => this.mark, write: async (mark) => void (this.mark = mark) },
      installPool: async () => ({ type: 'Pool', pool }),
      estimate: async () => ({ usage: this.used * 100, quota: 100 }),
      ...other,
    })
  }

  save(): void {
    this.bytes = sqlite3.capi.sqlite3_js_db_export(this.db!)
  }

  #openFile(): Database {
    if (this.failWith) throw this.failWith
    const db = new sqlite3.oo1.DB(':memory:')
    this.db = db
    if (!this.bytes) return db
    const { capi, wasm } = sqlite3
    const pointer = wasm.allocFromTypedArray(this.bytes)
    const { length } = this.bytes
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE
    capi.sqlite3_deserialize(db.pointer!, 'main', pointer, length, length, flags)
    return db
  }
}
