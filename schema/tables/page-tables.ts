/** Tables of pages: projections, all of them (schema/projections/page.ts). */
export const pageTables = `
CREATE TABLE component_doc (
  entity_id TEXT NOT NULL,          -- the page
  stream TEXT NOT NULL,
  room_id TEXT,
  title TEXT,
  author_id TEXT NOT NULL,          -- who made it
  archived INTEGER NOT NULL DEFAULT 0, -- 1: deleted, 2: for good
  state BLOB,                       -- merged Yjs state; null: nothing was written yet
  created_at INTEGER NOT NULL,
  updated_at INTEGER,
  written_at INTEGER NOT NULL,      -- the newest of its updates; 0: none
  PRIMARY KEY (entity_id, stream)
) WITHOUT ROWID;
CREATE INDEX component_doc_by_room ON component_doc(stream, room_id);

-- Every Yjs update of a page, as it came.
CREATE TABLE page_updates (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- this device's order of arrival, never used twice: an open page reads on from it
  stream TEXT NOT NULL,
  page_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  clock INTEGER NOT NULL,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (event_id, stream)
);
CREATE INDEX page_updates_by_page ON page_updates(stream, page_id, id);

-- Of an update that was too long for one event: it is in page_updates when all parts are here.
CREATE TABLE page_parts (
  stream TEXT NOT NULL,
  page_id TEXT NOT NULL,
  first_id TEXT NOT NULL,           -- names the update
  actor_id TEXT NOT NULL,
  parts INTEGER NOT NULL,           -- how many it has
  part INTEGER NOT NULL,            -- from 0
  event_id TEXT NOT NULL,
  clock INTEGER NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,               -- base64
  PRIMARY KEY (stream, page_id, first_id, actor_id, parts, part, event_id)
) WITHOUT ROWID;

-- Whose update brought what: of one editor (a Yjs client, a page that was open once) its clocks [from_clock, to_clock).
CREATE TABLE page_writes (
  stream TEXT NOT NULL,
  page_id TEXT NOT NULL,
  client INTEGER NOT NULL,
  from_clock INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  to_clock INTEGER NOT NULL,
  actor_id TEXT NOT NULL,
  clock INTEGER NOT NULL,           -- of the event
  at INTEGER NOT NULL,
  PRIMARY KEY (stream, page_id, client, from_clock, event_id)
) WITHOUT ROWID;

-- Pages of which two updates write the same clock of the same editor: they are merged in the order of the events' clocks.
CREATE TABLE page_overlaps (
  stream TEXT NOT NULL,
  page_id TEXT NOT NULL,
  PRIMARY KEY (stream, page_id)
) WITHOUT ROWID;

-- Who wrote what of a page: the texts in the order of their positions are the page's letters.
CREATE TABLE page_spans (
  stream TEXT NOT NULL,
  page_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  author_id TEXT NOT NULL,
  at INTEGER NOT NULL,              -- when the editor that wrote it wrote last
  text TEXT NOT NULL,
  PRIMARY KEY (stream, page_id, position)
) WITHOUT ROWID;

-- Versions that somebody saved: the page as its events up to this clock made it.
CREATE TABLE page_versions (
  id TEXT NOT NULL,
  stream TEXT NOT NULL,
  page_id TEXT NOT NULL,
  name TEXT NOT NULL,
  author_id TEXT NOT NULL,
  clock INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (stream, page_id, id)
) WITHOUT ROWID;

CREATE TABLE page_comments (
  id TEXT NOT NULL,
  stream TEXT NOT NULL,
  page_id TEXT NOT NULL,
  author_id TEXT NOT NULL,
  text TEXT NOT NULL,
  quote TEXT NOT NULL,              -- what it was said of, as it was then
  anchor TEXT NOT NULL,             -- where that begins and ends: JSON of two Yjs relative positions
  resolved INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (id, stream)
) WITHOUT ROWID;
CREATE INDEX page_comments_by_page ON page_comments(stream, page_id, created_at);
`
