import { SQL } from "bun";
import { ConstraintError, type Database, type Db, type Dialect } from "./db.ts";
import { groupCommit } from "./group.ts";
import { postgresSearch } from "./search-postgres.ts";
import { raw, type Sql, sql } from "./sql.ts";

const dialect: Dialect = {
  name: "postgres",
  among: (column, values) => {
    if (values.length === 0) return sql`1 = 0`;
    return typeof values[0] === "number"
      ? sql`${raw(column)} = ANY(string_to_array(${values.join(",")}, ',')::bigint[])`
      : sql`${raw(column)} IN (SELECT json_array_elements_text(${JSON.stringify(values)}::text::json))`;
  },
  each: (values) => sql`json_array_elements_text(${JSON.stringify(values)}::text::json) AS each (value)`,
  reserveEventId: () => sql`SELECT nextval(pg_get_serial_sequence('events', 'id')) AS id`,
  tables: sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()`,
  sequences: sql`
    SELECT replace(sequencename, '_id_seq', '') AS name, last_value AS seq
    FROM pg_sequences WHERE schemaname = current_schema() AND last_value > 0`,
  setSequence: (table, seq) => [sql`SELECT setval(pg_get_serial_sequence(${table}, 'id'), ${seq})`],
  plainIndexes: sql`
    SELECT indexname AS name, indexdef AS text FROM pg_indexes
    WHERE schemaname = current_schema() AND indexdef LIKE 'CREATE INDEX%' ORDER BY indexname`,
  forBulk: [],
  // It checks references when they are written, and its pages are its own business.
  checks: [],
  search: postgresSearch,
};

/** One writer at a time, as on SQLite, and across daemons: event ids then commit in order, and a cursor misses none. */
const ONE_WRITER = "SELECT pg_advisory_xact_lock(hashtext('kata ' || current_schema()))";

export function openPostgres(url: string): Database {
  const pool = new SQL(url, { bigint: true, max: 8 });
  const connect = async () => {
    const reserved = await pool.reserve();
    return { tx: over(reserved), run: (text: string) => reserved.unsafe(text), release: () => reserved.release() };
  };
  const { transact, idle } = groupCommit(connect, ["BEGIN", ONE_WRITER]);
  return {
    ...over(pool),
    transact,
    read: (work) => pool.begin("isolation level repeatable read read only", (snapshot) => work(over(snapshot))),
    aside: (query) => over(pool).all(query),
    close: async () => {
      await idle();
      await pool.close();
    },
  };
}

type Sent = Record<string, unknown>[] & { count: number };

function over(connection: Pick<SQL, "unsafe">): Db {
  const send = async (query: Sql, returning = ""): Promise<Sent> => {
    try {
      return (await connection.unsafe(query.text((n) => `$${n}`) + returning, [...query.args])) as Sent;
    } catch (error) {
      if (error instanceof SQL.PostgresError && error.constraint) throw new ConstraintError(error.constraint, error);
      throw error;
    }
  };
  return {
    dialect,
    all: async <Row>(query: Sql) => Array.from(await send(query), plain) as Row[],
    run: async (query) => (await send(query)).count,
    insert: async (query) => {
      const [row] = await send(query, " RETURNING id");
      return row && Number(row["id"]);
    },
  };
}

/** Ids and counts are BIGINT there; all of ours are far below 2^53. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row)) if (typeof value === "bigint") row[name] = Number(value);
  return row;
}
