import firstPostgres from "./migrations/0001-first.postgres.sql" with { type: "text" };
import firstSqlite from "./migrations/0001-first.sqlite.sql" with { type: "text" };
import tokensPostgres from "./migrations/0002-tokens.postgres.sql" with { type: "text" };
import tokensSqlite from "./migrations/0002-tokens.sqlite.sql" with { type: "text" };
import hooksPostgres from "./migrations/0003-hooks.postgres.sql" with { type: "text" };
import hooksSqlite from "./migrations/0003-hooks.sqlite.sql" with { type: "text" };

/** Every migration, in order. A database's schema version is the number of those it has had. */
export const migrations = [
  { name: "0001-first", sqlite: firstSqlite, postgres: firstPostgres },
  { name: "0002-tokens", sqlite: tokensSqlite, postgres: tokensPostgres },
  { name: "0003-hooks", sqlite: hooksSqlite, postgres: hooksPostgres },
] as const;
