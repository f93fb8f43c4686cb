import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { stageOf } from '../../workers/event-store/scrub-stage.ts'
import { stripToSnapshot } from '../../workers/snapshot/make-snapshot.ts'
import type { MadeSnapshot, SnapshotOrder } from '../read-model/messages.ts'
import { removeDatabase } from '../read-model/remove-database.ts'
import { nodeSql } from '../read-model/node-sql.ts'
import { openPlainSqlite } from '../sqlite.ts'

/**
 * A snapshot is the model itself, as it stands at one moment, without free pages and without what is one device's own; compressed.
 * The file is there as a whole or not at all.
 */
export async function makeSnapshotFile({ model, path, streams }: SnapshotOrder): Promise<MadeSnapshot> {
  const plain = `${path}.plain`
  const part = `${path}.part`
  mkdirSync(dirname(path), { recursive: true })
  try {
    removeDatabase(plain)
    const source = await openPlainSqlite(model)
    source.prepare('VACUUM INTO ?').run(plain)
    source.close()
    const sql = nodeSql(await openPlainSqlite(plain))
    sql.exec('PRAGMA journal_mode = OFF; PRAGMA secure_delete = ON; BEGIN')
    // a word of an erased message is in the index until it is merged
    if (stageOf(sql) !== null) sql.exec("INSERT INTO search_index (search_index) VALUES ('optimize')")
    const made = stripToSnapshot(sql, streams, Date.now())
    sql.exec('COMMIT')
    sql.close()
    const hash = createHash('sha256')
    const hashed = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    await pipeline(
      createReadStream(plain, { highWaterMark: 1 << 20 }),
      hashed,
      createGzip({ level: 3 }),
      createWriteStream(part),
    )
    renameSync(part, path)
    return { streams: made, bytes: statSync(plain).size, sha256: hash.digest('hex') }
  } finally {
    removeDatabase(plain)
    removeDatabase(part)
  }
}
