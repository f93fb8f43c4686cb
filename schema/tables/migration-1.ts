/**
 * Tables of schema version 1. Three kinds: the event log (events, applied_events, rejected_events), projections
 * (dropped and rebuilt by replay), and device state (cursors, outbox, drafts, meta).
 * An `order_key` or `*_clock` is a packed hybrid logical clock (schema/events/clock.ts); `*_at` is unix ms.
 */
export const migration1 = `
CREATE TABLE events (
  event_id TEXT PRIMARY KEY,
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
  applied_at INTEGER                -- null: stored, not projected (a type that only a newer build knows)
) WITHOUT ROWID;
CREATE UNIQUE INDEX events_by_seq ON events(stream, seq) WHERE seq IS NOT NULL;
CREATE INDEX events_not_applied ON events(event_type) WHERE applied_at IS NULL;

CREATE TABLE applied_events (
  event_id TEXT PRIMARY KEY,
  applied_at INTEGER NOT NULL,
  batch_id TEXT
) WITHOUT ROWID;

CREATE TABLE rejected_events (
  id INTEGER PRIMARY KEY,
  event TEXT NOT NULL,              -- as it came, JSON
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  rejected_at INTEGER NOT NULL
);

CREATE TABLE entities (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,               -- space, person, room, thread, message, page
  stream TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What one event says of one field of one entity: a set that only grows. Every other projection row that more than one
-- event can touch is a function of these (schema/projections/fact.ts).
CREATE TABLE facts (
  entity_id TEXT NOT NULL,
  stream TEXT NOT NULL,             -- facts count for the entities of their own stream only
  clock INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT,
  at INTEGER NOT NULL,
  deps TEXT,                        -- JSON array of event ids; null: none
  PRIMARY KEY (entity_id, stream, clock, event_id, field)
) WITHOUT ROWID;

CREATE TABLE component_text (
  id INTEGER PRIMARY KEY,           -- stable rowid, which search_index refers to
  entity_id TEXT NOT NULL UNIQUE,
  body TEXT,
  excerpt TEXT,                     -- one short line; null: the body is one already
  updated_at INTEGER
);

CREATE TABLE component_author (
  entity_id TEXT PRIMARY KEY,
  author_id TEXT NOT NULL,
  created_at INTEGER
) WITHOUT ROWID;

CREATE TABLE component_doc (
  entity_id TEXT PRIMARY KEY,
  stream TEXT NOT NULL,
  room_id TEXT,
  title TEXT,
  state BLOB,                       -- merged Yjs state
  created_at INTEGER NOT NULL,
  updated_at INTEGER
) WITHOUT ROWID;

CREATE TABLE timeline_items (
  id TEXT PRIMARY KEY,              -- the message's id
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
  last_reply_at INTEGER
);
CREATE INDEX timeline_items_by_order ON timeline_items(timeline_id, order_key DESC);
CREATE INDEX timeline_items_by_member ON timeline_items(author_id) WHERE author_given = 0;

CREATE TABLE timelines (
  id TEXT PRIMARY KEY,              -- the room or thread
  message_count INTEGER NOT NULL,   -- without deleted ones
  last_message_at INTEGER
) WITHOUT ROWID;

CREATE TABLE spaces (
  id TEXT PRIMARY KEY,
  stream TEXT NOT NULL,
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
  PRIMARY KEY (space_id, person_id)
) WITHOUT ROWID;
CREATE INDEX memberships_by_person ON memberships(person_id);

CREATE TABLE rooms (
  id TEXT PRIMARY KEY,
  space_id TEXT NOT NULL,
  name TEXT NOT NULL,
  topic TEXT,
  kind TEXT NOT NULL,               -- room, thread
  parent_room TEXT,
  parent_message TEXT,
  archived INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  created_clock INTEGER NOT NULL
);
CREATE INDEX rooms_by_space ON rooms(space_id, kind);

CREATE TABLE reactions (
  target_id TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  emoji TEXT NOT NULL,
  active INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (target_id, actor_id, emoji)
) WITHOUT ROWID;

CREATE TABLE pins (
  target_id TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  active INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (target_id, actor_id)
) WITHOUT ROWID;

CREATE TABLE mentions (
  message_id TEXT NOT NULL,
  name TEXT NOT NULL,               -- as written: @**Name** or @Name
  timeline_id TEXT NOT NULL,
  order_key INTEGER NOT NULL,
  PRIMARY KEY (message_id, name)
) WITHOUT ROWID;

CREATE TABLE read_markers (
  actor_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  order_key INTEGER NOT NULL DEFAULT 0, -- read up to here
  muted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (actor_id, room_id)
) WITHOUT ROWID;

CREATE TABLE conflicts (
  entity_id TEXT NOT NULL,
  field TEXT NOT NULL,
  event_id TEXT NOT NULL,           -- the write that lost without having been seen by the winner
  value TEXT,
  PRIMARY KEY (entity_id, field, event_id)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE search_index USING fts5(body, content='component_text', content_rowid='id', tokenize='unicode61 remove_diacritics 2');

CREATE TABLE cursors (
  stream TEXT PRIMARY KEY,
  seq TEXT,                         -- everything up to here is applied
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE outbox (
  event_id TEXT PRIMARY KEY,
  stream TEXT NOT NULL,
  entity_id TEXT,
  state TEXT NOT NULL,              -- pending, failed
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_at INTEGER NOT NULL
);

CREATE TABLE drafts (
  room_id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;
`
