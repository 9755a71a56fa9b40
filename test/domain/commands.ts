import fc from "fast-check";
import type { CloseReason } from "../../src/core/close.ts";
import type { LinkType } from "../../src/core/event.ts";
import type { PeerRole } from "../../src/core/link.ts";

/** Issues and projects are named by a number, whose meaning is the model's: the one at that place among those that there are. */
type Nth = number;

/** What a user does, apart from whom they are. `issue` is looked for in its own project, or in another where `astray` says so. */
export type Command =
  | {
      verb: "create";
      project: Nth;
      title: string;
      body: string;
      owner: string | undefined;
      priority: number | undefined;
      labels: string[];
      links: { type: LinkType; to: Nth; incoming: boolean }[];
    }
  | { verb: "merge"; source: Nth; target: Nth }
  | ({ issue: Nth; astray: boolean } & Deed);

export type Deed =
  | { verb: "edit"; fields: Fields; delta: Delta | undefined }
  | { verb: "link"; type: LinkType; to: Nth; replace: boolean }
  | { verb: "unlink"; nth: Nth }
  | { verb: "label" | "unlabel"; label: string }
  | { verb: "assign"; owner: string }
  | { verb: "unassign" | "reopen" | "restore" }
  | { verb: "prioritize"; priority: number | undefined }
  | { verb: "comment"; body: string }
  | { verb: "close"; reason: CloseReason; says: boolean; to: Nth; dry_run: boolean }
  | { verb: "delete" | "purge"; sure: boolean }
  | { verb: "move"; project: Nth; stale: boolean }
  | { verb: "metadata"; key: string; value: unknown; stale: boolean };

export type Fields = { title?: string; body?: string; owner?: string; set_priority?: number; clear_priority?: true };
export type Delta = { set_parent?: Nth; remove_parent?: Nth } & { [M in `${"add" | "remove"}_${PeerRole}`]?: Nth[] };

const any = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const seldom = fc.integer({ min: 0, max: 9 }).map((n) => n === 9);
const nth = fc.nat(11);
const people = any("ada", "bob");
const words = fc.lorem({ maxCount: 3 });
const labels = any("bug", "ui", "area:db");
const priority = fc.integer({ min: 0, max: 4 });
const types = any<LinkType>("parent", "parent", "blocks", "blocks", "related");
const some = (arbitrary: fc.Arbitrary<Nth>) => fc.array(arbitrary, { minLength: 1, maxLength: 2 });

const create = fc.record({
  verb: any("create" as const),
  project: fc.oneof(any(0), nth),
  title: words,
  body: any("", "Steps and all"),
  owner: fc.option(people, { nil: undefined }),
  priority: fc.option(priority, { nil: undefined }),
  labels: fc.array(labels, { maxLength: 2 }),
  links: fc.array(
    fc
      .record({ type: types, to: nth, incoming: fc.boolean() })
      .map((link) => (link.type === "parent" ? { ...link, incoming: false } : link)),
    { maxLength: 2 },
  ),
});

const fields: fc.Arbitrary<Fields> = fc.oneof(
  fc.record({ title: words, body: any("", "Other steps"), owner: any("", "ada", "bob") }, { requiredKeys: [] }),
  priority.map((set_priority) => ({ set_priority })),
  any<Fields>({ clear_priority: true }),
);
const delta: fc.Arbitrary<Delta> = fc.oneof(
  nth.map((set_parent) => ({ set_parent })),
  nth.map((remove_parent) => ({ remove_parent })),
  fc.record(
    {
      add_blocks: some(nth),
      add_blocked_by: some(nth),
      add_related: some(nth),
      remove_blocks: some(nth),
      remove_blocked_by: some(nth),
      remove_related: some(nth),
      set_parent: nth,
    },
    { requiredKeys: [] },
  ),
);

const deeds: [weight: number, fc.Arbitrary<Deed>][] = [
  [4, fc.record({ verb: any("edit" as const), fields, delta: fc.option(delta, { nil: undefined }) })],
  [5, fc.record({ verb: any("link" as const), type: types, to: nth, replace: fc.boolean() })],
  [2, fc.record({ verb: any("unlink" as const), nth })],
  [2, fc.record({ verb: any("label" as const, "unlabel" as const), label: labels })],
  [1, fc.record({ verb: any("assign" as const), owner: people })],
  [1, fc.record({ verb: any("unassign" as const) })],
  [4, fc.record({ verb: any("reopen" as const, "restore" as const, "restore" as const) })],
  [1, fc.record({ verb: any("prioritize" as const), priority: fc.option(priority, { nil: undefined }) })],
  [1, fc.record({ verb: any("comment" as const), body: words })],
  [
    4,
    fc.record({
      verb: any("close" as const),
      reason: any<CloseReason>("done", "wontfix", "duplicate"),
      says: seldom.map((not) => !not),
      to: nth,
      dry_run: seldom,
    }),
  ],
  [1, fc.record({ verb: any("delete" as const), sure: seldom.map((not) => !not) })],
  [1, fc.record({ verb: any("purge" as const), sure: seldom.map((not) => !not) })],
  [4, fc.record({ verb: any("move" as const), project: nth, stale: seldom })],
  [1, fc.record({ verb: any("metadata" as const), key: any("x", "someday"), value: any<unknown>(null, true, false), stale: seldom })],
];

const onIssue: fc.Arbitrary<Command> = fc
  .tuple(fc.record({ issue: nth, astray: seldom }), fc.oneof(...deeds.map(([weight, arbitrary]) => ({ weight, arbitrary }))))
  .map(([where, deed]) => ({ ...where, ...deed }));

const merge = fc.record({ verb: any("merge" as const), source: nth, target: nth });

const step: fc.Arbitrary<Command> = fc.oneof(
  { weight: 9, arbitrary: create },
  { weight: 40, arbitrary: onIssue },
  { weight: 2, arbitrary: merge },
);

const lone = create.map((command) => ({ ...command, project: 0, links: [] }));

/** A history: at first there is nothing but three projects, and then some issues. */
export const history: fc.Arbitrary<Command[]> = fc
  .tuple(fc.array(lone, { minLength: 2, maxLength: 6, size: "max" }), fc.array(step, { minLength: 1, maxLength: 60, size: "max" }))
  .map(([first, rest]) => [...first, ...rest]);
