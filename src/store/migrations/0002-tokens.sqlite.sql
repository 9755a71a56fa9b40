CREATE TABLE api_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash TEXT NOT NULL CHECK (length(token_hash) = 64),
  actor TEXT NOT NULL CHECK (actor <> ''),
  name TEXT,
  read_only INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1)),
  created_at TEXT NOT NULL,
  last_used_at TEXT,
  expires_at TEXT,
  revoked_at TEXT,
  CONSTRAINT api_tokens_token_hash_key UNIQUE (token_hash)
);
