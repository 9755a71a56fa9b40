import { isJsonObject } from "../core/json.ts";
import { LONGEST_ID, SHORTEST_ID, shortIdOf } from "../core/short-id.ts";

type Named = { uid: string; short_id: string };
type Numbered = { id: number; uid: string; number: number };
type Payload = Record<string, unknown>;

/**
 * Before version 8 of the format an issue had a number in its project. It gets a short id, the shortest that is free in
 * the order of the uids, and what events say of its number is said of that.
 */
export class Numbers {
  readonly #issues = new Map<number, Numbered[]>();
  readonly #named = new Map<string, Named>();

  add(projectId: number, issue: Numbered): void {
    const issues = this.#issues.get(projectId);
    if (issues) issues.push(issue);
    else this.#issues.set(projectId, [issue]);
  }

  /** The short ids of all that were added, which are not asked for again. */
  settle(): { id: number; short_id: string }[] {
    const settled: { id: number; short_id: string }[] = [];
    for (const [projectId, issues] of this.#issues) {
      const taken = new Set<string>();
      for (const { id, uid, number } of issues.sort((a, b) => (a.uid < b.uid ? -1 : 1))) {
        let length = SHORTEST_ID;
        while (length < LONGEST_ID && taken.has(shortIdOf(uid, length))) length++;
        const short_id = shortIdOf(uid, length);
        taken.add(short_id);
        this.#named.set(`${projectId} ${number}`, { uid, short_id });
        settled.push({ id, short_id });
      }
    }
    this.#issues.clear();
    return settled;
  }

  /** An event's payload in the words of today. A number that no issue has any more stays as it is. */
  renamed(projectId: number, type: string, payload: Payload): Payload {
    const named = (number: unknown) => (typeof number === "number" ? this.#named.get(`${projectId} ${number}`) : undefined);
    if (type === "issue.links_changed") return renamedChanges(payload, named);
    const ends = renamedEnds(payload, named);
    const links = ends["links"];
    if (!Array.isArray(links)) return ends;
    return { ...ends, links: links.map((link: unknown) => (isJsonObject(link) ? renamedLink(link, named) : link)) };
  }
}

type Find = (number: unknown) => Named | undefined;

/** Of a link that was made or taken away. */
function renamedEnds(payload: Payload, named: Find): Payload {
  return rebuilt(payload, (name, value) => {
    const [, end] = /^(from|to)_number$/.exec(name) ?? [];
    const issue = end === undefined ? undefined : named(value);
    return issue && { [`${end}_short_id`]: issue.short_id, [`${end}_uid`]: issue.uid };
  });
}

/** Of a link that an issue was created with. */
function renamedLink(link: Payload, named: Find): Payload {
  return rebuilt(link, (name, value) => {
    const issue = name === "to_number" ? named(value) : undefined;
    return issue && { to_short_id: issue.short_id, to_issue_uid: issue.uid };
  });
}

/** Of an edit of several: numbers, or lists of them. */
function renamedChanges(payload: Payload, named: Find): Payload {
  return rebuilt(payload, (name, value) => {
    if (!Array.isArray(value)) {
      const issue = named(value);
      return issue && { [name]: issue.short_id, [`${name}_uid`]: issue.uid };
    }
    const issues = value.map(named);
    if (!issues.every((issue) => issue !== undefined)) return undefined;
    return { [name]: issues.map(({ short_id }) => short_id), [`${name}_uids`]: issues.map(({ uid }) => uid) };
  });
}

/** The same members in the same order, each replaced where there is something to put in its place. */
function rebuilt(object: Payload, replace: (name: string, value: unknown) => Payload | undefined): Payload {
  return Object.fromEntries(Object.entries(object).flatMap(([name, value]) => Object.entries(replace(name, value) ?? { [name]: value })));
}
