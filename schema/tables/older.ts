/**
 * What is brought along from a database of an older build: the events that the server has not had, the drafts, and the device's
 * clock. All else is fetched from the server again, and a demo space is made anew. A new database begins here too.
 */
export const firstTables = `
CREATE TABLE events (
  event_id TEXT NOT NULL, stream TEXT NOT NULL, seq TEXT, event_type TEXT NOT NULL, actor TEXT NOT NULL, clock INTEGER NOT NULL,
  created_at INTEGER NOT NULL, target_entity_id TEXT, timeline_id TEXT, payload TEXT NOT NULL, meta TEXT, applied_at INTEGER
);
CREATE TABLE outbox (
  event_id TEXT NOT NULL, stream TEXT NOT NULL, entity_id TEXT, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT, created_at INTEGER NOT NULL
);
CREATE TABLE drafts (room_id TEXT NOT NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
`

/** In version 1 a draft did not name its stream. */
export const secondTables = `
DROP TABLE drafts;
CREATE TABLE drafts (
  room_id TEXT NOT NULL, stream TEXT NOT NULL, text TEXT NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (room_id, stream)
) WITHOUT ROWID;
`

/** It changed the full-text index alone. */
export const thirdTables = 'SELECT 1'

/** And the fourth the tables of pages. */
export const fourthTables = 'SELECT 1'

export const setAsideOlder = `
CREATE TEMP TABLE older_events AS SELECT e.* FROM outbox o JOIN events e ON e.stream = o.stream AND e.event_id = o.event_id ORDER BY o.rowid;
CREATE TEMP TABLE older_outbox AS SELECT event_id, stream, entity_id, state, attempts, error, created_at FROM outbox ORDER BY rowid;
CREATE TEMP TABLE older_drafts AS SELECT room_id, stream, text, updated_at FROM drafts;
CREATE TEMP TABLE older_meta AS SELECT key, value FROM meta WHERE key IN ('clock', 'clock_skew');
DROP TABLE events; DROP TABLE outbox; DROP TABLE drafts; DROP TABLE meta;
DROP TABLE IF EXISTS applied_events; DROP TABLE IF EXISTS rejected_events; DROP TABLE IF EXISTS entities;
DROP TABLE IF EXISTS facts; DROP TABLE IF EXISTS search_index; DROP TABLE IF EXISTS component_text;
DROP TABLE IF EXISTS component_author; DROP TABLE IF EXISTS component_doc; DROP TABLE IF EXISTS timeline_items;
DROP TABLE IF EXISTS timelines; DROP TABLE IF EXISTS spaces; DROP TABLE IF EXISTS memberships; DROP TABLE IF EXISTS rooms;
DROP TABLE IF EXISTS reactions; DROP TABLE IF EXISTS pins; DROP TABLE IF EXISTS mentions; DROP TABLE IF EXISTS read_markers;
DROP TABLE IF EXISTS conflicts; DROP TABLE IF EXISTS cursors; DROP TABLE IF EXISTS page_updates; DROP TABLE IF EXISTS page_writes;
DROP TABLE IF EXISTS page_overlaps; DROP TABLE IF EXISTS page_spans; DROP TABLE IF EXISTS page_versions; DROP TABLE IF EXISTS page_comments; DROP TABLE IF EXISTS page_parts; DROP TABLE IF EXISTS page_parts;
`

/** Without a projection_version the store projects the events anew. */
export const takeOlder = `
INSERT INTO events SELECT event_id, stream, seq, event_type, actor, clock, created_at, target_entity_id, timeline_id, payload, meta, applied_at
  FROM older_events;
INSERT INTO outbox SELECT * FROM older_outbox;
INSERT INTO drafts SELECT * FROM older_drafts;
INSERT INTO meta SELECT * FROM older_meta;
DROP TABLE older_events; DROP TABLE older_outbox; DROP TABLE older_drafts; DROP TABLE older_meta;
`
