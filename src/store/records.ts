import type { Column } from "./columns.ts";
import { type Db, one } from "./db.ts";
import type { Kind } from "./kinds.ts";
import type { Scope } from "./scopes.ts";
import { every, raw, Sql, sql, type SqlValue } from "./sql.ts";

/** A record's columns: JSON ones as their text. */
export type Row = Record<string, string | number | null>;

const source = (db: Db, { table, from }: Kind): Sql => (from ? from(db.dialect) : raw(table));
const exported = ({ only }: Column): boolean => only !== "kept";
const stored = ({ only }: Column): boolean => only !== "told";

/** The next rows of a kind in their order, after `last`. */
export async function recordsAfter(db: Db, kind: Kind, scope: Scope, last: Row | undefined, limit: number): Promise<Row[]> {
  const wanted = kind.columns
    .filter(exported)
    .map(({ name, read }) => (read ? sql`${read(scope)} AS ${raw(name)}` : sql`${raw(`${kind.table}.${name}`)}`))
    .reduce((columns, next) => sql`${columns}, ${next}`);
  const key = raw(kind.key.map((name) => `${kind.table}.${name}`).join(", "));
  const conditions = [kind.where(scope)];
  if (last) {
    const values = kind.key.map((name) => last[name] ?? null);
    conditions.push(sql`(${key}) > (${new Sql(["", ...values.slice(1).map(() => ", "), ""], values)})`);
  }
  return db.all<Row>(sql`SELECT ${wanted} FROM ${source(db, kind)} WHERE ${every(conditions)} ORDER BY ${key} LIMIT ${limit}`);
}

/** How many rows of a kind there are. */
export async function countRecords(db: Db, kind: Kind, scope: Scope): Promise<number> {
  const row = await one<{ n: number }>(db, sql`SELECT count(*) AS n FROM ${source(db, kind)} WHERE ${kind.where(scope)}`);
  return row?.n ?? 0;
}

/** The texts around the values of a statement that puts a record of this kind. */
const statements = new Map<Kind, { names: string[]; texts: string[] }>();

function statementOf(kind: Kind): { names: string[]; texts: string[] } {
  const known = statements.get(kind);
  if (known) return known;
  const all = kind.columns.filter(stored).map(({ name }) => name);
  const others = all.filter((name) => !kind.key.includes(name));
  const between = all.slice(1).map(() => ", ");
  const conflict = `) ON CONFLICT (${kind.key.join(", ")}) DO UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(", ")}`;
  const made =
    kind.put === "update"
      ? {
          names: [...others, "id"],
          texts: [...others.map((name, i) => `${i === 0 ? `UPDATE ${kind.table} SET` : ","} ${name} = `), " WHERE id = ", " RETURNING id"],
        }
      : {
          names: all,
          texts: [`INSERT INTO ${kind.table} (${all.join(", ")}) VALUES (`, ...between, kind.put === "upsert" ? conflict : ")"],
        };
  statements.set(kind, made);
  return made;
}

/** Puts a record where it belongs; false when it tells of a row that is not there. */
export async function putRecord(tx: Db, kind: Kind, row: Row): Promise<boolean> {
  const { names, texts } = statementOf(kind);
  const query = new Sql(
    texts,
    names.map((name) => row[name] ?? null),
  );
  if (kind.put === "update") return (await tx.all(query)).length > 0;
  await tx.run(query);
  return true;
}

/** Lets a table's ids go on after `least`, and after the highest that it has. */
export async function raiseSequence(tx: Db, table: string, least: number): Promise<void> {
  const highest = (await one<{ id: number | null }>(tx, sql`SELECT max(id) AS id FROM ${raw(table)}`))?.id ?? 0;
  const seq = Math.max(least, highest);
  if (seq > 0) for (const statement of tx.dialect.setSequence(table, seq)) await tx.run(statement);
}

/** What `column` says in the row of a table where `by` is `value`. */
export async function lookUp(db: Db, table: string, column: string, by: string, value: SqlValue): Promise<string | number | undefined> {
  const row = await one<{ found: string | number }>(db, sql`SELECT ${raw(column)} AS found FROM ${raw(table)} WHERE ${raw(by)} = ${value}`);
  return row?.found;
}

/** The highest id that each table ever had; those that never had one are left out. */
export async function highestIds(db: Db): Promise<Map<string, number>> {
  return new Map((await db.all<{ name: string; seq: number }>(db.dialect.sequences)).map(({ name, seq }) => [name, seq]));
}

/** Says of events whose issues are named by row id alone what their uids are. */
export async function fillEventUids(tx: Db): Promise<void> {
  await tx.run(sql`
    UPDATE events SET issue_uid = (SELECT uid FROM issues WHERE id = events.issue_id) WHERE issue_id IS NOT NULL AND issue_uid IS NULL`);
  await tx.run(sql`
    UPDATE events SET related_issue_uid = (SELECT uid FROM issues WHERE id = events.related_issue_id)
    WHERE related_issue_id IS NOT NULL AND related_issue_uid IS NULL`);
}

/** What is wrong with the database as a whole: broken references and broken pages, a line of text each, at most a hundred. */
export async function faultsOf(db: Db): Promise<string[]> {
  const found: string[] = [];
  for (const check of db.dialect.checks) found.push(...(await db.all<{ fault: string }>(check)).map(({ fault }) => fault));
  return found;
}
