CREATE TABLE hook_cursors (
  hook TEXT PRIMARY KEY,
  event_id INTEGER NOT NULL CHECK (event_id >= 0)
) WITHOUT ROWID;
