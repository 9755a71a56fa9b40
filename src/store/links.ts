import type { LinkOut } from "../api/shapes.ts";
import type { LinkType } from "../core/event.ts";
import type { Db } from "./db.ts";
import { type Sql, sql } from "./sql.ts";

/** A link with both of its ends. */
export type Link = {
  id: number;
  type: LinkType;
  author: string;
  created_at: string;
  from_id: number;
  from_uid: string;
  from_short_id: string;
  to_id: number;
  to_uid: string;
  to_short_id: string;
  project_id: number;
};

async function select(db: Db, condition: Sql): Promise<Link[]> {
  return db.all<Link>(sql`
    SELECT links.id, links.type, links.author, links.created_at,
      origin.id AS from_id, origin.uid AS from_uid, origin.short_id AS from_short_id,
      target.id AS to_id, target.uid AS to_uid, target.short_id AS to_short_id, origin.project_id
    FROM links
    JOIN issues AS origin ON origin.id = links.from_issue_id
    JOIN issues AS target ON target.id = links.to_issue_id
    WHERE ${condition}
    ORDER BY links.id`);
}

/** A link as the wire has it. */
export function linkOut(link: Link): LinkOut {
  const { id, project_id, type, author, created_at } = link;
  const from = { uid: link.from_uid, short_id: link.from_short_id };
  const to = { uid: link.to_uid, short_id: link.to_short_id };
  return { id, project_id, from, to, type, author, created_at };
}

/** Every link of an issue, at either end, oldest first. */
export async function linksOf(db: Db, issueId: number): Promise<Link[]> {
  return select(
    db,
    sql`links.id IN (
    SELECT id FROM links WHERE from_issue_id = ${issueId} UNION SELECT id FROM links WHERE to_issue_id = ${issueId}
  )`,
  );
}

/** The link to an issue's parent. */
export async function findParentLink(db: Db, issueId: number): Promise<Link | undefined> {
  return (await select(db, sql`links.from_issue_id = ${issueId} AND links.type = 'parent'`))[0];
}

/** The link of this type from one issue to another; `related` has no direction. */
export async function findLink(db: Db, fromId: number, toId: number, type: LinkType): Promise<Link | undefined> {
  const [from, to] = stored(type, fromId, toId);
  return (await select(db, sql`links.from_issue_id = ${from} AND links.to_issue_id = ${to} AND links.type = ${type}`))[0];
}

/** The ends as they are stored: `related` goes from the lower row id. */
function stored(type: LinkType, fromId: number, toId: number): [from: number, to: number] {
  return type === "related" && fromId > toId ? [toId, fromId] : [fromId, toId];
}

/** The row ids of an issue's parent, that one's parent, and so on; deleted ones count. */
export async function ancestorIdsOf(db: Db, issueId: number): Promise<number[]> {
  const rows = await db.all<{ id: number }>(sql`
    WITH RECURSIVE above (id) AS (
      SELECT to_issue_id FROM links WHERE from_issue_id = ${issueId} AND type = 'parent'
      UNION
      SELECT links.to_issue_id FROM links JOIN above ON links.from_issue_id = above.id WHERE links.type = 'parent'
    ) SELECT id FROM above`);
  return rows.map(({ id }) => id);
}

/** A link by row id. */
export async function findLinkById(db: Db, id: number): Promise<Link | undefined> {
  return (await select(db, sql`links.id = ${id}`))[0];
}

export type NewLink = { from_issue_id: number; to_issue_id: number; type: LinkType; author: string; created_at: string };

/** Inserts a link and gives its row id; undefined when it is there already. `related` is stored from the lower row id. */
export async function insertLink(tx: Db, row: NewLink): Promise<number | undefined> {
  const [from, to] = stored(row.type, row.from_issue_id, row.to_issue_id);
  return tx.insert(sql`
    INSERT INTO links (from_issue_id, to_issue_id, type, author, created_at)
    VALUES (${from}, ${to}, ${row.type}, ${row.author}, ${row.created_at})
    ON CONFLICT (from_issue_id, to_issue_id, type) DO NOTHING`);
}

/** Deletes a link. */
export async function deleteLink(tx: Db, id: number): Promise<void> {
  await tx.run(sql`DELETE FROM links WHERE id = ${id}`);
}

export type PeerRow = { issue_id: number; role: "blocks" | "blocked_by" | "related"; uid: string; short_id: string };

/** The live peers of some issues, from each issue's side, by peer's row id. */
export async function peersOf(db: Db, issueIds: readonly number[]): Promise<PeerRow[]> {
  const { among } = db.dialect;
  return db.all<PeerRow>(sql`
    SELECT ends.issue_id, ends.role, peers.uid, peers.short_id FROM (
      SELECT from_issue_id AS issue_id, to_issue_id AS peer_id, type AS role FROM links
      WHERE ${among("from_issue_id", issueIds)} AND type IN ('blocks', 'related')
      UNION ALL
      SELECT to_issue_id, from_issue_id, CASE type WHEN 'blocks' THEN 'blocked_by' ELSE 'related' END FROM links
      WHERE ${among("to_issue_id", issueIds)} AND type IN ('blocks', 'related')
    ) AS ends JOIN issues AS peers ON peers.id = ends.peer_id
    WHERE peers.deleted_at IS NULL
    ORDER BY peers.id`);
}

/** The parents' short ids of some issues; deleted parents count. */
export async function parentsOf(db: Db, issueIds: readonly number[]): Promise<{ issue_id: number; short_id: string }[]> {
  return db.all(sql`
    SELECT links.from_issue_id AS issue_id, parents.short_id FROM links JOIN issues AS parents ON parents.id = links.to_issue_id
    WHERE ${db.dialect.among("links.from_issue_id", issueIds)} AND links.type = 'parent'`);
}

/** How many live children some issues have. */
export async function childCountsOf(db: Db, issueIds: readonly number[]): Promise<{ issue_id: number; open: number; total: number }[]> {
  return db.all(sql`
    SELECT links.to_issue_id AS issue_id, count(*) AS total, count(CASE children.status WHEN 'open' THEN 1 END) AS open
    FROM links JOIN issues AS children ON children.id = links.from_issue_id
    WHERE ${db.dialect.among("links.to_issue_id", issueIds)} AND links.type = 'parent' AND children.deleted_at IS NULL
    GROUP BY links.to_issue_id`);
}

/** The row ids of an issue's live children, the latest changed first. */
export async function childIdsOf(db: Db, issueId: number): Promise<number[]> {
  const rows = await db.all<{ id: number }>(sql`
    SELECT children.id FROM links JOIN issues AS children ON children.id = links.from_issue_id
    WHERE links.to_issue_id = ${issueId} AND links.type = 'parent' AND children.deleted_at IS NULL
    ORDER BY children.updated_at DESC, children.id DESC`);
  return rows.map(({ id }) => id);
}
