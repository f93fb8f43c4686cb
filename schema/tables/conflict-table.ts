/** Writes of one field that did not see each other (schema/projections/conflicts.ts). */
export const conflictTable = `
CREATE TABLE conflicts (
  entity_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  field TEXT NOT NULL,              -- as in facts: room.name, message.text, …
  event_id TEXT NOT NULL,           -- the write that lost without having been seen by the winner
  value TEXT,
  author_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  won_value TEXT,
  won_author_id TEXT NOT NULL,
  won_at INTEGER NOT NULL,
  PRIMARY KEY (entity_id, stream, field, event_id)
) WITHOUT ROWID;
CREATE INDEX conflicts_by_stream ON conflicts(stream);
`
