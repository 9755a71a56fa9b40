import { LocalError } from "../core/error.ts";
import type { Db } from "../store/db.ts";
import type { Kind } from "../store/kinds.ts";
import { lookUp, type Row } from "../store/records.ts";
import type { Scope } from "../store/scopes.ts";
import type { Place } from "./place.ts";
import { count, type Tally } from "./rows.ts";

/** What is of the whole database, and not of one project. */
const OF_ALL: ReadonlySet<string> = new Set(["meta", "system_project", "system_event"]);

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
    if (OF_ALL.has(kind.name)) return undefined;
    const kept = await this.#kept(kind, row);
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

  async #kept(kind: Kind, row: Row): Promise<Row | undefined> {
    switch (kind.name) {
      case "project":
        if (this.#project !== undefined) {
          throw new LocalError(
            "validation",
            "The file has more than one project, and --merge takes one.",
            "Export one: kata export --project NAME.",
          );
        }
        this.#project = this.idOf("projects", Number(row["id"]));
        return row;
      case "project_alias":
        return (await lookUp(this.#tx, "project_aliases", "id", "alias_identity", row["alias_identity"] ?? "")) === undefined
          ? row
          : undefined;
      case "issue":
        this.#issues.add(row["id"]);
        return row;
      case "link":
        if (!this.#issues.has(row["from_issue_id"]) || !this.#issues.has(row["to_issue_id"])) return undefined;
        this.#links.add(row["id"]);
        return row;
      case "import_mapping":
        return row["link_id"] === null || this.#links.has(row["link_id"]) ? row : undefined;
      case "event":
        return this.#event(row);
      case "purge_log":
        // Nobody who follows this database has seen what was purged in the other.
        return { ...row, purge_reset_after_event_id: null };
      default:
        return row;
    }
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
