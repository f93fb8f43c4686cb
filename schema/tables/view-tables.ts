/** What a person has kept to look at again (schema/projections/view.ts). */
export const viewTables = `
CREATE TABLE saved_views (
  id TEXT NOT NULL,
  stream TEXT NOT NULL,             -- of the person
  name TEXT NOT NULL,
  kind TEXT NOT NULL,               -- search, sql
  about TEXT,                       -- the stream that is searched
  text TEXT NOT NULL,               -- what is sought; the SELECT
  notify INTEGER NOT NULL DEFAULT 0, -- 1: new rows are told
  looked_at INTEGER NOT NULL DEFAULT 0, -- when it was looked at last, and how many rows it had
  looked_rows INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (stream, id)
) WITHOUT ROWID;
`
