import { LocalError } from "../core/error.ts";
import type { Db } from "../store/db.ts";
import type { Kind } from "../store/kinds.ts";
import { lookUp, type Row } from "../store/records.ts";
import type { Scope } from "../store/scopes.ts";
import type { Place } from "./place.ts";
import { count, type Tally } from "./rows.ts";

/** What every database has of its own. */
const OWN: ReadonlySet<string> = new Set(["meta", "system_project"]);

/**
 * A place for one project beside those that are there. Its rows get new ids, each raised by as much as the table's highest;
 * its uids stay. What leads out of the project is left out, and counted.
 */
export class MergePlace implements Place {
  readonly isMerge = true;
  readonly #tx: Db;
  readonly #raised: ReadonlyMap<string, number>;
  readonly #leftOut: Tally;
  readonly #issues = new Set<unknown>();
  readonly #links = new Set<unknown>();
  #project: number | undefined;
  /** What becomes of a row before its ids are raised; undefined when it is left out. */
  readonly #rules: Readonly<Record<string, (row: Row) => Row | undefined | Promise<Row | undefined>>> = {
    project: (row) => this.#only(row),
    project_alias: (row) => this.#unlessTaken(row),
    issue: (row) => remembered(this.#issues, row),
    link: (row) =>
      this.#issues.has(row["from_issue_id"]) && this.#issues.has(row["to_issue_id"]) ? remembered(this.#links, row) : undefined,
    import_mapping: (row) => (row["link_id"] === null || this.#links.has(row["link_id"]) ? row : undefined),
    event: (row) => this.#event(row),
    // Nobody who follows this database has seen what was purged in the other.
    purge_log: (row) => ({ ...row, purge_reset_after_event_id: null }),
  };

  constructor(tx: Db, raised: ReadonlyMap<string, number>, leftOut: Tally) {
    this.#tx = tx;
    this.#raised = raised;
    this.#leftOut = leftOut;
  }

  idOf(table: string, id: number): number {
    return id + (this.#raised.get(table) ?? 0);
  }

  async isTaken(name: string): Promise<boolean> {
    return (await lookUp(this.#tx, "projects", "id", "name", name)) !== undefined;
  }

  scope(): Scope {
    return { project_id: this.#project ?? -1, include_deleted: true };
  }

  async placed(kind: Kind, row: Row): Promise<Row | undefined> {
    if (OWN.has(kind.name)) return undefined;
    const rule = this.#rules[kind.name];
    const kept = kind.whole ? undefined : rule ? await rule(row) : row;
    if (!kept) {
      count(this.#leftOut, kind.name);
      return undefined;
    }
    const raised = { ...kept };
    for (const { name, of } of kind.columns) {
      const id = kept[name];
      if (of !== undefined && typeof id === "number") raised[name] = this.idOf(of, id);
    }
    return raised;
  }

  #only(project: Row): Row {
    if (this.#project !== undefined) {
      throw new LocalError(
        "validation",
        "The file has several projects, and --merge takes one.",
        "Export it alone: kata export --project NAME.",
      );
    }
    this.#project = this.idOf("projects", Number(project["id"]));
    return project;
  }

  async #unlessTaken(alias: Row): Promise<Row | undefined> {
    const taken = await lookUp(this.#tx, "project_aliases", "id", "alias_identity", alias["alias_identity"] ?? null);
    return taken === undefined ? alias : undefined;
  }

  #event(row: Row): Row | undefined {
    if (row["issue_id"] !== null && !this.#issues.has(row["issue_id"])) return undefined;
    const kept = { ...row, payload: this.#payload(String(row["type"]), String(row["payload"])) };
    return this.#issues.has(row["related_issue_id"]) ? kept : { ...kept, related_issue_id: null, related_issue_uid: null };
  }

  /** Some events say row ids. */
  #payload(type: string, text: string): string {
    const [member, table] = type === "issue.commented" ? ["comment_id", "comments"] : ["link_id", "links"];
    if (!["issue.commented", "issue.linked", "issue.unlinked"].includes(type)) return text;
    const payload = JSON.parse(text) as Record<string, unknown>;
    const id = payload[member];
    return typeof id === "number" ? JSON.stringify({ ...payload, [member]: this.idOf(table, id) }) : text;
  }
}

function remembered(ids: Set<unknown>, row: Row): Row {
  ids.add(row["id"]);
  return row;
}
