import { conflictTable } from './conflict-table.ts'
import { pageTables } from './page-tables.ts'

export const timelineItems = `-- A row a message, with all that a list shows of it.
CREATE TABLE timeline_items (
  key INTEGER PRIMARY KEY,          -- of this device
  id TEXT NOT NULL,                 -- the message's id
  stream INTEGER NOT NULL,          -- → streams
  timeline_id INTEGER NOT NULL,     -- the room or thread: → entities
  order_key INTEGER NOT NULL,
  author_id INTEGER NOT NULL,       -- → component_author
  author_name TEXT NOT NULL,        -- of the import, else the member's present name, else the author's id
  author_given INTEGER NOT NULL DEFAULT 0, -- 1: the event itself names its author (an import)
  snippet TEXT NOT NULL,            -- the body, or the first part of it
  full_content_cached INTEGER NOT NULL DEFAULT 1, -- 1: the snippet is the whole body; 0: component_text has the rest
  created_at INTEGER NOT NULL,
  edited_at INTEGER,
  deleted INTEGER NOT NULL DEFAULT 0, -- 1: deleted; 2: erased
  reactions TEXT NOT NULL DEFAULT '{}', -- {"👍":["actor",…]}
  pinned INTEGER NOT NULL DEFAULT 0,
  reply_to TEXT,                    -- a message's id
  thread_id TEXT,                   -- the id of the thread that hangs on this message
  reply_count INTEGER NOT NULL DEFAULT 0, -- messages in that thread
  last_reply_at INTEGER,
  files TEXT,                       -- [{sha256, name, type, size, width?, height?, alt?}, …]
  file_names TEXT                   -- what a search finds of them: names and descriptions
);
CREATE UNIQUE INDEX timeline_items_by_id ON timeline_items(id, stream);
CREATE INDEX timeline_items_by_order ON timeline_items(timeline_id, order_key DESC);
CREATE INDEX timeline_items_by_author ON timeline_items(author_id);
`

/**
 * Every table of the device. Law: identity is (stream, id). An id that another stream uses as well names another thing there.
 *
 * Five kinds of table (tables.ts): the log, projections (dropped and rebuilt by replay), names, the full-text index, and device
 * state. What a message has by the thousand refers to `names` by their integers; an integer means nothing on another device.
 * An `order_key` or `*_clock` is a packed hybrid logical clock (schema/events/clock.ts); `*_at` is unix ms.
 */
export const schema = `
-- Names that many rows repeat, each once. A replay keeps them, so that an integer means the same for the life of the database.
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,        -- space:…, room:…, person:…, local:…
  home TEXT NOT NULL                -- whose members may read it: of a public room's, the stream of its space; else itself
);
CREATE INDEX streams_by_home ON streams(home);
-- Stream 0 is none: it names these numbers. What a tab kept of another database's numbers finds nothing here.
INSERT INTO streams (id, name, home) VALUES (0, 'names:' || lower(hex(randomblob(8))), '');
-- A room, a thread, or whatever else facts speak of.
CREATE TABLE entities (
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,          -- → streams
  name TEXT NOT NULL,               -- its id within the stream
  UNIQUE (name, stream)
);
-- Whoever wrote or said something.
CREATE TABLE component_author (
  id INTEGER PRIMARY KEY,
  author_id TEXT NOT NULL UNIQUE
);

-- The log as far as it is not sealed: what the server has not taken, what is new, and what this build cannot project.
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

-- The sealed rest of the log: blocks of events of one stream that are applied and that nobody can take back any more. This table
-- says what is in a block, event_blocks has its bytes (workers/event-store/block-codec.ts).
CREATE TABLE applied_events (
  block INTEGER PRIMARY KEY,        -- → event_blocks
  stream INTEGER NOT NULL,          -- → streams
  part TEXT NOT NULL,               -- structure, timeline: which a replay reads first, and last
  first_seq TEXT NOT NULL,          -- the server's places; '' where there is no server
  last_seq TEXT NOT NULL,
  first_id TEXT NOT NULL,
  last_id TEXT NOT NULL,
  first_clock INTEGER NOT NULL,
  last_clock INTEGER NOT NULL,
  events INTEGER NOT NULL,          -- how many
  packed INTEGER NOT NULL           -- 1: deflated
);
CREATE INDEX applied_events_by_seq ON applied_events(stream, last_seq);
CREATE INDEX applied_events_by_id ON applied_events(part, last_id);
CREATE INDEX applied_events_not_packed ON applied_events(block) WHERE packed = 0;
CREATE TABLE event_blocks (
  id INTEGER PRIMARY KEY,
  data BLOB NOT NULL                -- text until it is deflated
);

-- Messages and pages that are erased for good: no words of theirs are kept, whatever comes (workers/event-store/erasures.ts).
CREATE TABLE erasures (
  stream TEXT NOT NULL,
  message_id TEXT NOT NULL,         -- or 'page', a line break and the page's id
  PRIMARY KEY (stream, message_id)
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

-- What one event says of one field of one entity: a set that only grows. Every other projection row that more than one
-- event can touch is a function of these (schema/projections/fact.ts).
CREATE TABLE facts (
  entity_id INTEGER NOT NULL,       -- → entities
  clock INTEGER NOT NULL,
  event_id BLOB NOT NULL,           -- the 16 bytes of its ULID
  field TEXT NOT NULL,
  value TEXT,
  at INTEGER NOT NULL,
  deps TEXT,                        -- JSON array of event ids of the same stream; null: none
  PRIMARY KEY (entity_id, clock, event_id, field)
) WITHOUT ROWID;

-- A text stands once: what is beyond the snippet of a long message is here, and the words of a page.
CREATE TABLE component_text (
  id INTEGER PRIMARY KEY,           -- the message's key; of a page, minus its number in entities. Also its rowid in search_index
  body TEXT NOT NULL
);

${pageTables}
${timelineItems}
CREATE TABLE timelines (
  id INTEGER PRIMARY KEY,           -- the room or thread: → entities
  message_count INTEGER NOT NULL,   -- without deleted ones
  last_message_at INTEGER
);

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
  muted_until INTEGER NOT NULL DEFAULT 0, -- unix ms; until then they write nothing
  mute_reason TEXT,
  muted_by TEXT,
  banned INTEGER NOT NULL DEFAULT 0,
  ban_reason TEXT,
  joined_at INTEGER NOT NULL,
  joined_clock INTEGER NOT NULL,    -- messages before it never count as unread
  PRIMARY KEY (stream, person_id)
) WITHOUT ROWID;
CREATE INDEX memberships_by_person ON memberships(person_id);

CREATE TABLE moderation (
  stream TEXT NOT NULL,
  event_id TEXT NOT NULL,           -- what was done by one event
  event_type TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  about TEXT NOT NULL,              -- the person, or the message
  detail TEXT,                      -- of a mute until when, of a ban whether it begins, of a role which
  reason TEXT,
  at INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  PRIMARY KEY (stream, event_id)
) WITHOUT ROWID;

CREATE TABLE invitations (
  id TEXT NOT NULL,
  stream TEXT NOT NULL,             -- of the space
  maker_id TEXT NOT NULL,           -- → memberships: it is worth what they may do now
  role TEXT NOT NULL,               -- of who comes by it
  expires_at INTEGER NOT NULL,
  uses INTEGER NOT NULL,            -- so many people may come by it
  used INTEGER NOT NULL,
  revoked INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (stream, id)
) WITHOUT ROWID;

CREATE TABLE rooms (
  timeline INTEGER PRIMARY KEY,     -- → entities: what timeline_items and timelines call it
  id TEXT NOT NULL,
  stream TEXT NOT NULL,             -- where what is in it lies
  space_id TEXT NOT NULL,
  name TEXT NOT NULL,
  topic TEXT,
  kind TEXT NOT NULL,               -- room, thread
  parent_room TEXT,
  parent_message TEXT,
  archived INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  created_clock INTEGER NOT NULL,
  UNIQUE (id, stream)
);
CREATE INDEX rooms_by_kind ON rooms(stream, kind);

CREATE TABLE reactions (
  target_id INTEGER NOT NULL,       -- the message's key → timeline_items
  actor_id INTEGER NOT NULL,        -- → component_author
  emoji TEXT NOT NULL,
  active INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  PRIMARY KEY (target_id, actor_id, emoji)
) WITHOUT ROWID;

CREATE TABLE pins (
  target_id INTEGER NOT NULL,       -- the message's key → timeline_items
  actor_id INTEGER NOT NULL,        -- → component_author
  active INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  PRIMARY KEY (target_id, actor_id)
) WITHOUT ROWID;

CREATE TABLE mentions (
  timeline_id INTEGER NOT NULL,     -- the room or thread: → entities
  order_key INTEGER NOT NULL,
  message_id INTEGER NOT NULL,      -- the message's key → timeline_items
  name TEXT NOT NULL,               -- as written: @**Name** or @Name
  PRIMARY KEY (timeline_id, order_key, message_id, name)
) WITHOUT ROWID;

CREATE TABLE read_markers (
  actor_id TEXT NOT NULL,
  stream TEXT NOT NULL,             -- of the room
  room_id TEXT NOT NULL,
  order_key INTEGER NOT NULL DEFAULT 0, -- read up to here
  muted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (actor_id, room_id, stream)
) WITHOUT ROWID;

${conflictTable}
-- Which words (schema/search/words.ts) a text has, and not where: says() (schema/search/says.ts) reads phrases in the text. All else that
-- ASCII has is part of a word. rowid: the key of a message, or the id in component_text of a page.
CREATE VIRTUAL TABLE search_index USING fts5(words, content='', contentless_delete=1, detail=none,
  tokenize="ascii tokenchars '!""#$%&''''()*+,-./:;<=>?@[\\]^_\`{|}~'");
-- The more pieces are merged at once, the less often a word is written while a history comes in: 8, not 4. In quiet moments two are enough.
INSERT INTO search_index (search_index, rank) VALUES ('automerge', 8), ('usermerge', 2);

CREATE TABLE cursors (
  stream TEXT PRIMARY KEY,
  seq TEXT,                         -- everything up to here is applied
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

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

-- Zeros over pages that are free, while what was erased is cleared away (workers/event-store/scrub.ts). Else empty.
CREATE TABLE free_pages (
  zeros BLOB NOT NULL
);

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;
`
