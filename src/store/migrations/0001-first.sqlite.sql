CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,
  name TEXT NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  revision INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  deleted_at TEXT,
  CONSTRAINT projects_uid_key UNIQUE (uid),
  CONSTRAINT projects_name_key UNIQUE (name),
  CONSTRAINT projects_name_check CHECK (id = 0 OR (name <> '' AND name NOT LIKE '%#%'))
);

CREATE TABLE project_aliases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  alias_identity TEXT NOT NULL,
  alias_kind TEXT NOT NULL CHECK (alias_kind IN ('git', 'local')),
  root_path TEXT NOT NULL,
  created_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  CONSTRAINT project_aliases_alias_identity_key UNIQUE (alias_identity)
);
CREATE INDEX project_aliases_project ON project_aliases (project_id);

CREATE TABLE recurrences (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  rrule TEXT NOT NULL,
  dtstart TEXT NOT NULL,
  timezone TEXT NOT NULL,
  template_title TEXT NOT NULL,
  template_body TEXT NOT NULL DEFAULT '',
  template_owner TEXT,
  template_priority INTEGER CHECK (template_priority BETWEEN 0 AND 4),
  template_labels TEXT NOT NULL DEFAULT '[]',
  template_metadata TEXT NOT NULL DEFAULT '{}',
  next_occurrence_key TEXT,
  last_materialized_uid TEXT,
  author TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT,
  CONSTRAINT recurrences_uid_key UNIQUE (uid)
);
CREATE INDEX recurrences_project ON recurrences (project_id, created_at, id) WHERE deleted_at IS NULL;

CREATE TABLE issues (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  short_id TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  closed_reason TEXT CHECK (closed_reason IN ('done', 'wontfix', 'duplicate', 'superseded', 'audit-no-change')),
  owner TEXT,
  priority INTEGER CHECK (priority BETWEEN 0 AND 4),
  author TEXT NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  revision INTEGER NOT NULL DEFAULT 1,
  recurrence_id INTEGER REFERENCES recurrences (id) ON DELETE SET NULL,
  occurrence_key TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  closed_at TEXT,
  deleted_at TEXT,
  CONSTRAINT issues_uid_key UNIQUE (uid),
  CONSTRAINT issues_project_id_short_id_key UNIQUE (project_id, short_id),
  CONSTRAINT issues_open_check CHECK (status = 'closed' OR (closed_at IS NULL AND closed_reason IS NULL))
);
CREATE INDEX issues_by_status ON issues (project_id, status, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX issues_by_update ON issues (project_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX issues_by_creation ON issues (created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX issues_recurrence_id_occurrence_key_key ON issues (recurrence_id, occurrence_key)
  WHERE recurrence_id IS NOT NULL AND occurrence_key IS NOT NULL;

CREATE TABLE comments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  author TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL,
  CONSTRAINT comments_uid_key UNIQUE (uid)
);
CREATE INDEX comments_issue ON comments (issue_id, id);

CREATE TABLE links (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  from_issue_id INTEGER NOT NULL REFERENCES issues (id),
  to_issue_id INTEGER NOT NULL REFERENCES issues (id),
  type TEXT NOT NULL CHECK (type IN ('parent', 'blocks', 'related')),
  author TEXT NOT NULL,
  created_at TEXT NOT NULL,
  CONSTRAINT links_from_issue_id_to_issue_id_type_key UNIQUE (from_issue_id, to_issue_id, type),
  CONSTRAINT links_ends_check CHECK (from_issue_id <> to_issue_id AND (type <> 'related' OR from_issue_id < to_issue_id))
);
CREATE UNIQUE INDEX links_one_parent_key ON links (from_issue_id) WHERE type = 'parent';
CREATE INDEX links_to ON links (to_issue_id, type);

CREATE TABLE issue_labels (
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  label TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at TEXT NOT NULL,
  CONSTRAINT issue_labels_pkey PRIMARY KEY (issue_id, label)
) WITHOUT ROWID;

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,
  origin_instance_uid TEXT NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  project_name TEXT NOT NULL,
  issue_id INTEGER REFERENCES issues (id),
  issue_uid TEXT,
  related_issue_id INTEGER REFERENCES issues (id),
  related_issue_uid TEXT,
  type TEXT NOT NULL,
  actor TEXT NOT NULL CHECK (actor <> ''),
  payload TEXT NOT NULL DEFAULT '{}',
  changes TEXT,
  idempotency_key TEXT,
  created_at TEXT NOT NULL,
  CONSTRAINT events_uid_key UNIQUE (uid)
);
CREATE INDEX events_project ON events (project_id, id);
CREATE INDEX events_issue ON events (issue_id, id) WHERE issue_id IS NOT NULL;
CREATE INDEX events_related ON events (related_issue_id) WHERE related_issue_id IS NOT NULL;
CREATE INDEX events_time ON events (created_at, id);
CREATE INDEX events_idempotency ON events (project_id, idempotency_key, created_at) WHERE idempotency_key IS NOT NULL;
CREATE INDEX events_closes ON events (actor, created_at) WHERE type = 'issue.closed';
CREATE INDEX events_audit ON events (project_id, type, id) WHERE type IN ('issue.closed', 'close.throttled');

CREATE TABLE purge_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,
  origin_instance_uid TEXT NOT NULL,
  project_id INTEGER NOT NULL,
  purged_issue_id INTEGER NOT NULL,
  issue_uid TEXT,
  project_uid TEXT,
  project_name TEXT NOT NULL,
  short_id TEXT,
  issue_title TEXT NOT NULL,
  issue_author TEXT NOT NULL,
  comment_count INTEGER NOT NULL,
  link_count INTEGER NOT NULL,
  label_count INTEGER NOT NULL,
  event_count INTEGER NOT NULL,
  events_deleted_min_id INTEGER,
  events_deleted_max_id INTEGER,
  purge_reset_after_event_id INTEGER,
  actor TEXT NOT NULL,
  reason TEXT,
  purged_at TEXT NOT NULL,
  CONSTRAINT purge_log_uid_key UNIQUE (uid)
);
CREATE INDEX purge_log_short_id ON purge_log (project_id, short_id);
CREATE INDEX purge_log_reset ON purge_log (purge_reset_after_event_id, project_id);

CREATE TABLE import_mappings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  external_id TEXT NOT NULL,
  object_type TEXT NOT NULL CHECK (object_type IN ('issue', 'comment', 'label', 'link')),
  project_id INTEGER NOT NULL REFERENCES projects (id),
  issue_id INTEGER REFERENCES issues (id) ON DELETE CASCADE,
  comment_id INTEGER REFERENCES comments (id) ON DELETE CASCADE,
  link_id INTEGER REFERENCES links (id) ON DELETE CASCADE,
  label TEXT,
  source_updated_at TEXT,
  imported_at TEXT NOT NULL,
  CONSTRAINT import_mappings_key UNIQUE (project_id, source, object_type, external_id)
);
CREATE INDEX import_mappings_issue ON import_mappings (issue_id) WHERE issue_id IS NOT NULL;
CREATE INDEX import_mappings_comment ON import_mappings (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX import_mappings_link ON import_mappings (link_id) WHERE link_id IS NOT NULL;

CREATE TABLE issue_title_tokens (
  project_id INTEGER NOT NULL,
  token TEXT NOT NULL,
  issue_id INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  mask INTEGER NOT NULL,
  CONSTRAINT issue_title_tokens_pkey PRIMARY KEY (project_id, token, tokens, issue_id)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE issues_fts USING fts5 (
  title, body, comments,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
