import type { Json } from "./document.ts";

/** A value of a request that stands for one that the daemon has told: the `nth` of those known, however many these are then. */
export class Pick {
  readonly kind: Kind;
  readonly nth: number;

  constructor(kind: Kind, nth: number) {
    this.kind = kind;
    this.nth = nth;
  }

  toString(): string {
    return `the ${this.kind} known as ${this.nth}`;
  }
}

/** The words that confirm what is done to the issue that the same request names. */
export class Words {
  readonly verb: string;

  constructor(verb: string) {
    this.verb = verb;
  }

  toString(): string {
    return `${this.verb} and the issue`;
  }
}

const kinds = ["project", "project uid", "name", "ref", "uid", "link", "alias", "identity", "token", "recurrence", "revision"] as const;
type Kind = (typeof kinds)[number];

const MOST = 12;

type Known = { value: string | number; project: unknown };
/** The project and the issue that a request names, once they are filled in. */
type Around = { project?: unknown; ref?: unknown };

/** What there is in a daemon, as far as its replies have told: the latest of each kind. */
export class World {
  readonly #known = new Map<Kind, Known[]>(kinds.map((kind) => [kind, []]));
  /** Refs as they are with their projects. */
  readonly #whole = new Map<unknown, unknown>();

  /** Learns from a reply. */
  learn(reply: unknown): void {
    if (Array.isArray(reply)) for (const each of reply.slice(0, MOST)) this.learn(each);
    if (typeof reply !== "object" || reply === null || Array.isArray(reply)) return;
    for (const [name, value] of Object.entries(reply)) {
      const things = (Array.isArray(value) ? value.slice(0, MOST) : [value]).filter((each) => typeof each === "object" && each !== null);
      for (const each of things) this.#meet(name, each as Json);
      this.learn(value);
    }
  }

  #meet(name: string, thing: Json): void {
    const { id, uid, short_id, qualified_id, revision, project_id: project, deleted_at } = thing;
    const add = (kind: Kind, ...values: unknown[]) => {
      for (const value of values) this.#add(kind, value, project);
    };
    if (name === "source" || (name === "project" && deleted_at !== undefined)) this.#forget("project", id);
    else if (/^(?:project|target)s?$/.test(name)) {
      add("project", id);
      add("project uid", uid);
      add("name", thing["name"]);
    } else if (/^issues?$/.test(name)) {
      add("ref", short_id, uid, qualified_id);
      add("uid", uid);
      if (qualified_id !== undefined) for (const ref of [short_id, uid, qualified_id]) this.#whole.set(ref, qualified_id);
    } else if (/^links?$/.test(name)) add("link", id);
    else if (/^alias(?:es)?$/.test(name)) {
      add("alias", id);
      add("identity", thing["alias_identity"]);
    } else if (/^tokens?$/.test(name)) add("token", id);
    else if (/^recurrences?$/.test(name)) add("recurrence", uid);
    if (typeof revision === "number") add("revision", `"rev-${revision}"`);
  }

  #add(kind: Kind, value: unknown, project: unknown): void {
    const known = this.#known.get(kind);
    if ((typeof value !== "string" && typeof value !== "number") || !known || String(value).length > LONGEST) return;
    if (known.some((each) => each.value === value && each.project === project)) return;
    known.unshift({ value, project });
    known.splice(4 * MOST);
  }

  #forget(kind: Kind, value: unknown): void {
    const known = this.#known.get(kind) ?? [];
    known.splice(0, Infinity, ...known.filter((each) => each.value !== value));
  }

  #pick({ kind, nth }: Pick, project: unknown): unknown {
    const known = this.#known.get(kind) ?? [];
    const near = known.filter((each) => String(each.project) === String(project)).slice(0, MOST);
    const found = near.length > 0 ? near : known.slice(0, MOST);
    return found[nth % found.length]?.value ?? "1";
  }

  /** A value with everything that is picked put in: of the request's own project where there is any of the kind. */
  fill(value: unknown, around: Around = {}): unknown {
    if (value instanceof Pick) return this.#pick(value, around.project);
    if (value instanceof Words) return `${value.verb} ${String(this.#whole.get(around.ref) ?? around.ref)}`;
    if (Array.isArray(value)) return value.map((each) => this.fill(each, around));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.fill(member, around)]));
  }
}

/** Names have no greatest length, and paths do. */
const LONGEST = 200;
