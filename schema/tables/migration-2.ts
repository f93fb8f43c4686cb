/**
 * Tables of schema version 2. Law: identity is (stream, id). An id that another stream uses as well names another thing
 * there, so every key is an id with its stream (of a person's read mark: the stream of the room).
 *
 * Three kinds of table: the event log (events, applied_events, rejected_events), projections (dropped and rebuilt by replay),
 * and device state (cursors, outbox, drafts, meta). An `order_key` or `*_clock` is a packed hybrid logical clock
 * (schema/events/clock.ts); `*_at` is unix ms.
 */
const tables = `
CREATE TABLE events (
  event_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  seq TEXT,                         -- the server's place; null until it took the event
  event_type TEXT NOT NULL,
  actor TEXT NOT NULL,
  clock INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  target_entity_id TEXT,
  timeline_id TEXT,
  payload TEXT NOT NULL,            -- JSON
  meta TEXT,                        -- JSON: deps, receivedAt
  applied_at INTEGER,               -- null: stored, not projected (a type that only a newer build knows)
  PRIMARY KEY (event_id, stream)
) WITHOUT ROWID;
CREATE UNIQUE INDEX events_by_seq ON events(stream, seq) WHERE seq IS NOT NULL;
CREATE INDEX events_not_applied ON events(event_type) WHERE applied_at IS NULL;

CREATE TABLE applied_events (
  event_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  batch_id TEXT,
  PRIMARY KEY (event_id, stream)
) WITHOUT ROWID;

-- What could not be taken, and why. The newest are kept, all are counted (meta: set_aside).
CREATE TABLE rejected_events (
  id INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  seq TEXT NOT NULL,                -- the server's place
  event_id TEXT NOT NULL,           -- as far as it could be read, else ''
  event TEXT NOT NULL,              -- as it came: the beginning of its JSON
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  rejected_at INTEGER NOT NULL,
  UNIQUE (stream, seq, event_id)
);

CREATE TABLE entities (
  id TEXT NOT NULL,
  kind TEXT NOT NULL,               -- space, person, room, thread, message, page
  stream TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (id, stream, kind)
) WITHOUT ROWID;

-- What one event says of one field of one entity: a set that only grows. Every other projection row that more than one
-- event can touch is a function of these (schema/projections/fact.ts).
CREATE TABLE facts (
  entity_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  clock INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT,
  at INTEGER NOT NULL,
  deps TEXT,                        -- JSON array of event ids of the same stream; null: none
  PRIMARY KEY (entity_id, stream, clock, event_id, field)
) WITHOUT ROWID;

CREATE TABLE component_text (
  id INTEGER PRIMARY KEY,           -- stable rowid, which search_index refers to
  entity_id TEXT NOT NULL,
  body TEXT,
  excerpt TEXT,                     -- one short line; null: the body is one already
  updated_at INTEGER,
  stream TEXT NOT NULL,
  entity_kind TEXT NOT NULL,        -- message, page
  UNIQUE (entity_id, stream, entity_kind)
);

CREATE TABLE component_author (
  entity_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  author_id TEXT NOT NULL,
  created_at INTEGER,
  PRIMARY KEY (entity_id, stream)
) WITHOUT ROWID;

CREATE TABLE component_doc (
  entity_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  room_id TEXT,
  title TEXT,
  state BLOB,                       -- merged Yjs state
  created_at INTEGER NOT NULL,
  updated_at INTEGER,
  PRIMARY KEY (entity_id, stream)
) WITHOUT ROWID;

CREATE TABLE timeline_items (
  id TEXT NOT NULL,                 -- the message's id
  timeline_id TEXT NOT NULL,        -- the room or thread
  order_key INTEGER NOT NULL,
  entity_id TEXT NOT NULL,
  entity_kind TEXT NOT NULL,
  stream TEXT NOT NULL,
  author_id TEXT NOT NULL,
  author_name TEXT NOT NULL,        -- of the import, else the member's present name, else the author's id
  author_given INTEGER NOT NULL DEFAULT 0, -- 1: the event itself names its author (an import)
  snippet TEXT NOT NULL,            -- the first part of the body
  full_content_cached INTEGER NOT NULL DEFAULT 1, -- 1: the snippet is the whole body
  created_at INTEGER NOT NULL,
  edited_at INTEGER,
  deleted INTEGER NOT NULL DEFAULT 0,
  reactions TEXT NOT NULL DEFAULT '{}', -- {"👍":["actor",…]}
  pinned INTEGER NOT NULL DEFAULT 0,
  reply_to TEXT,
  thread_id TEXT,                   -- the thread that hangs on this message
  reply_count INTEGER NOT NULL DEFAULT 0, -- messages in that thread
  last_reply_at INTEGER,
  PRIMARY KEY (id, stream)
);
CREATE INDEX timeline_items_by_order ON timeline_items(timeline_id, stream, order_key DESC);
CREATE INDEX timeline_items_by_member ON timeline_items(author_id, stream) WHERE author_given = 0;

CREATE TABLE timelines (
  id TEXT NOT NULL,                 -- the room or thread
  stream TEXT NOT NULL,
  message_count INTEGER NOT NULL,   -- without deleted ones
  last_message_at INTEGER,
  PRIMARY KEY (id, stream)
) WITHOUT ROWID;

-- One row a stream: a space lives in a stream of its own.
CREATE TABLE spaces (
  id TEXT NOT NULL,
  stream TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  visibility TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE memberships (
  space_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'member',
  active INTEGER NOT NULL DEFAULT 1,
  joined_at INTEGER NOT NULL,
  joined_clock INTEGER NOT NULL,    -- messages before it never count as unread
  PRIMARY KEY (stream, person_id)
) WITHOUT ROWID;
CREATE INDEX memberships_by_person ON memberships(person_id);

CREATE TABLE rooms (
  id TEXT NOT NULL,
  stream TEXT NOT NULL,
  space_id TEXT NOT NULL,
  name TEXT NOT NULL,
  topic TEXT,
  kind TEXT NOT NULL,               -- room, thread
  parent_room TEXT,
  parent_message TEXT,
  archived INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  created_clock INTEGER NOT NULL,
  PRIMARY KEY (id, stream)
);
CREATE INDEX rooms_by_kind ON rooms(stream, kind);

CREATE TABLE reactions (
  target_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  emoji TEXT NOT NULL,
  active INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (target_id, stream, actor_id, emoji)
) WITHOUT ROWID;

CREATE TABLE pins (
  target_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  active INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (target_id, stream, actor_id)
) WITHOUT ROWID;

CREATE TABLE mentions (
  message_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  name TEXT NOT NULL,               -- as written: @**Name** or @Name
  timeline_id TEXT NOT NULL,
  order_key INTEGER NOT NULL,
  PRIMARY KEY (message_id, stream, name)
) WITHOUT ROWID;

CREATE TABLE read_markers (
  actor_id TEXT NOT NULL,
  stream TEXT NOT NULL,             -- of the room
  room_id TEXT NOT NULL,
  order_key INTEGER NOT NULL DEFAULT 0, -- read up to here
  muted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (actor_id, room_id, stream)
) WITHOUT ROWID;

CREATE TABLE conflicts (
  entity_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  field TEXT NOT NULL,              -- as in facts: room.name, message.text, …
  event_id TEXT NOT NULL,           -- the write that lost without having been seen by the winner
  value TEXT,
  PRIMARY KEY (entity_id, stream, field, event_id)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE search_index USING fts5(body, content='component_text', content_rowid='id', tokenize='unicode61 remove_diacritics 2');

CREATE TABLE outbox (
  event_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  entity_id TEXT,
  state TEXT NOT NULL,              -- pending, failed
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (event_id, stream)
);

CREATE TABLE drafts (
  room_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  text TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (room_id, stream)
) WITHOUT ROWID;
`

/** What the log and the outbox held stays; projections are rebuilt by replay, drafts find their room by its only stream. */
export const migration2 = `
ALTER TABLE events RENAME TO events_1;
DROP INDEX events_by_seq; DROP INDEX events_not_applied;
ALTER TABLE applied_events RENAME TO applied_events_1;
ALTER TABLE outbox RENAME TO outbox_1;
ALTER TABLE drafts RENAME TO drafts_1;
ALTER TABLE rooms RENAME TO rooms_1;
DROP INDEX rooms_by_space;
DROP TABLE rejected_events; DROP TABLE entities; DROP TABLE facts; DROP TABLE search_index; DROP TABLE component_text;
DROP TABLE component_author; DROP TABLE component_doc; DROP TABLE timeline_items; DROP TABLE timelines; DROP TABLE spaces;
DROP TABLE memberships; DROP TABLE reactions; DROP TABLE pins; DROP TABLE mentions; DROP TABLE read_markers; DROP TABLE conflicts;
${tables}
INSERT INTO events SELECT * FROM events_1;
INSERT INTO applied_events SELECT a.event_id, e.stream, a.applied_at, a.batch_id FROM applied_events_1 a JOIN events_1 e USING (event_id);
INSERT INTO outbox (event_id, stream, entity_id, state, attempts, error, created_at)
  SELECT event_id, stream, entity_id, state, attempts, error, created_at FROM outbox_1 ORDER BY rowid;
INSERT INTO drafts SELECT d.room_id, iif(r.space_id LIKE 'demo-%', 'local:', 'space:') || r.space_id, d.text, d.updated_at
  FROM drafts_1 d JOIN rooms_1 r ON r.id = d.room_id;
UPDATE events SET payload = json_set(payload, '$.stream', (SELECT iif(r.space_id LIKE 'demo-%', 'local:', 'space:') || r.space_id
  FROM rooms_1 r WHERE r.id = timeline_id)) WHERE event_type IN ('read.mark', 'room.mute');
DELETE FROM events WHERE event_type IN ('read.mark', 'room.mute') AND payload ->> 'stream' IS NULL;
DROP TABLE events_1; DROP TABLE applied_events_1; DROP TABLE outbox_1; DROP TABLE drafts_1; DROP TABLE rooms_1;
`
