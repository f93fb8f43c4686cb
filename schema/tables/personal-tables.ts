/** What a person said of being told: per room, and when not at all. */
export const personalTables = `
ALTER TABLE read_markers ADD COLUMN level TEXT; -- told of: all, mentions, none; NULL: as usual
CREATE TABLE quiet_hours (
  actor_id TEXT PRIMARY KEY,
  hours TEXT NOT NULL               -- JSON: [from, to, zone], in minutes of the day
) WITHOUT ROWID;
`
