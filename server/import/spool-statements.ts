import type { Sqlite } from '../sqlite.ts'

/** The tables and statements of spool.ts. */
export const spoolTables = `
  PRAGMA cache_size = -65536;
  CREATE TABLE lines (
    place INTEGER PRIMARY KEY, file INTEGER NOT NULL, line INTEGER NOT NULL, room TEXT NOT NULL, thread TEXT NOT NULL,
    sender TEXT NOT NULL, key TEXT NOT NULL, root TEXT NOT NULL, reply TEXT NOT NULL, unit TEXT, ms INTEGER NOT NULL,
    sub INTEGER NOT NULL, notes INTEGER NOT NULL, fields INTEGER NOT NULL, text TEXT NOT NULL
  );
  CREATE TABLE changes (
    place INTEGER PRIMARY KEY, file INTEGER NOT NULL, line INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
    person TEXT, unit TEXT, ms INTEGER, sub INTEGER NOT NULL, value TEXT NOT NULL
  );
  CREATE INDEX changes_by_target ON changes (target, kind);
  CREATE TABLE names (kind TEXT, key TEXT, name TEXT NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE TABLE dropped (
    place INTEGER PRIMARY KEY, file INTEGER NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL, about TEXT NOT NULL
  );
  /* what the space has: space-so-far.ts */
  CREATE TABLE there (
    key TEXT PRIMARY KEY, id TEXT NOT NULL, ms INTEGER NOT NULL, room TEXT NOT NULL, place TEXT NOT NULL,
    author TEXT NOT NULL, text TEXT NOT NULL
  ) WITHOUT ROWID;
  BEGIN;
`
export type SpoolStatements = ReturnType<typeof prepareSpool>

export function prepareSpool(database: Sqlite) {
  const sql = (text: string) => database.prepare(text)
  const columns = 'place, file, line, room, thread, sender, key, root, reply, ms, sub, text'
  const rescale = (table: string) => `
    UPDATE ${table} SET ms = (ms * 1000000 + sub) / ?1 / 1000000, sub = (ms * 1000000 + sub) / ?1 % 1000000 WHERE unit IS NULL`
  const stray = `(ms > ? OR ms IS NULL OR target NOT IN (SELECT key FROM lines) AND target NOT IN (SELECT key FROM there))`
  return {
    insert: sql('INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    insertChange: sql('INSERT INTO changes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    name: sql(
      `INSERT INTO names VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         name = iif(excluded.name = '', name, excluded.name), topic = iif(excluded.topic = '', topic, excluded.topic)`,
    ),
    firstName: sql('INSERT OR IGNORE INTO names VALUES (?, ?, ?, ?)'),
    nameOf: sql('SELECT name, topic FROM names WHERE kind = ? AND key = ?'),
    drop: sql('INSERT INTO dropped VALUES (?, ?, ?, ?, ?)'),
    remove: sql('DELETE FROM lines WHERE place = ?'),
    // numbers that are too small to tell count as seconds
    votes: sql(
      `SELECT coalesce(unit, 's') AS unit FROM lines WHERE unit IS NOT 'date' GROUP BY 1 ORDER BY count(*) DESC, min(place) LIMIT 1`,
    ),
    dropOtherUnits: sql(
      `INSERT INTO dropped SELECT place, file, line, 'OtherUnit', unit FROM lines WHERE unit NOT IN ('date', ?)`,
    ),
    /** what was said of a message at a time that cannot be read was said at the message's time */
    dropChangesOfOtherUnits: sql("UPDATE changes SET ms = NULL, sub = 0, unit = 'date' WHERE unit NOT IN ('date', ?)"),
    rescale: [sql(rescale('lines')), sql(rescale('changes'))],
    dropFuture: sql(
      `INSERT INTO dropped SELECT place, file, line, 'Future', ms FROM lines
       WHERE ms > ? AND place NOT IN (SELECT place FROM dropped)`,
    ),
    dropSameId: sql(
      `INSERT INTO dropped
       SELECT place, file, line, iif(differs = '', 'Same', 'SameId'), first_file || ' ' || first_line || ' ' || differs FROM (
         SELECT again.place, again.file, again.line, first.file AS first_file, first.line AS first_line, CASE
             WHEN again.text <> first.text THEN 'text' WHEN (again.ms, again.sub) <> (first.ms, first.sub) THEN 'time'
             WHEN again.sender <> first.sender THEN 'sender'
             WHEN (again.thread, again.root) <> (first.thread, first.root) THEN 'topic' ELSE '' END AS differs
         FROM (SELECT key, min(place) AS place FROM lines GROUP BY key HAVING count(*) > 1) twice
         CROSS JOIN lines first ON first.place = twice.place
         CROSS JOIN lines again ON again.key = twice.key AND again.place > twice.place)`,
    ),
    removeDropped: sql('DELETE FROM lines WHERE place IN (SELECT place FROM dropped)'),
    times: sql(
      `SELECT count(*) FILTER (WHERE unit = 'date') AS dates, count(*) FILTER (WHERE unit IS NOT 'date') AS numbers,
         min(ms) AS fromMs, max(ms) AS toMs FROM lines`,
    ),
    nextInFile: sql(`SELECT ${columns} FROM lines WHERE place > ? ORDER BY place LIMIT ?`),
    nextInTime: sql(`SELECT ${columns} FROM lines WHERE (ms, sub, place) > (?, ?, ?) ORDER BY ms, sub, place LIMIT ?`),
    find: sql(`SELECT ${columns} FROM lines WHERE key = ?`),
    isChanged: sql("SELECT 1 FROM changes WHERE target = ? AND kind IN ('edit', 'delete') LIMIT 1"),
    timeOfMessage: sql(
      `UPDATE changes SET ms = coalesce(
         (SELECT ms FROM lines WHERE key = target), (SELECT ms FROM there WHERE key = target)) WHERE ms IS NULL`,
    ),
    strayChanges: sql(
      `SELECT CASE kind WHEN 'edit' THEN 'edits' WHEN 'reaction' THEN 'reactions' WHEN 'pin' THEN 'pins' ELSE 'deletions' END
         || ' of messages that are not there, or of a time to come' AS kind, count(*) AS count
       FROM changes WHERE ${stray} GROUP BY 1`,
    ),
    dropStrayChanges: sql(`DELETE FROM changes WHERE ${stray}`),
    nextChange: sql(
      `SELECT place, kind, target, person, ms, sub, value FROM changes
       WHERE (ms, sub, place) > (?, ?, ?) ORDER BY ms, sub, place LIMIT ?`,
    ),
    dropped: sql("SELECT file, line, reason, about FROM dropped WHERE reason <> 'Same' ORDER BY file, line, place"),
    reasons: sql(
      'SELECT reason, count(*) AS count FROM dropped GROUP BY reason ORDER BY count(*) DESC, min(file), min(line)',
    ),
    left: sql('SELECT count(*) AS left FROM lines'),
    countNoted: sql('SELECT count(*) AS count FROM lines WHERE notes & ?'),
    linesNoted: sql('SELECT DISTINCT file, line FROM lines WHERE notes & ? ORDER BY file, line LIMIT 5'),
    fields: sql('SELECT fields, count(*) AS count FROM lines WHERE fields > 0 GROUP BY fields'),
  }
}
