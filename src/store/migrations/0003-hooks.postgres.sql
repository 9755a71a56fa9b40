CREATE TABLE hook_cursors (
  hook TEXT COLLATE "C" PRIMARY KEY,
  event_id BIGINT NOT NULL CHECK (event_id >= 0)
);
