/** What to do about a damaged database: nothing that could make it worse. */
export const KEEP_DAMAGED =
  "Stop the daemon, copy the database with its -wal file to another disk before anything else, and restore a backup: docs/data-safety.md.";
