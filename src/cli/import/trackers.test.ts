import { expect, test } from "bun:test";
import fc from "fast-check";
import { LocalError } from "../../core/error.ts";
import { checkItems, type GivenItem } from "../../core/import.ts";
import { beadsBatch, beadsOf } from "./beads.ts";
import type { Item } from "./batch.ts";
import { githubBatch } from "./github.ts";

const any = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const odd = fc.oneof(any<unknown>(null, "", " ", 7, -1, 1.5, true, [], {}, [null], [7], "\u0000"), fc.jsonValue({ maxDepth: 2 }));
/** Mostly what it ought to be. */
const often = (good: fc.Arbitrary<unknown>) => fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: odd });
const time = any("2026-01-02T10:00:00Z", "2025-01-02T10:00:00.123456+02:00", "2026-05-01T00:00:00Z");
const words = any("Login fails", "x", "日本", "  spaced  ");
const person = fc.record({ login: often(any("ada", "bob")) });

const issue = fc.record(
  {
    number: often(fc.nat(99)),
    title: often(words),
    body: often(any("", "Steps\r\n")),
    state: often(any("OPEN", "CLOSED")),
    stateReason: often(any("", "COMPLETED", "NOT_PLANNED", "REOPENED")),
    labels: often(fc.array(fc.record({ name: often(any("bug", "Good First Issue", "🐛")) }), { maxLength: 3 })),
    assignees: often(fc.array(person, { maxLength: 2 })),
    author: often(fc.oneof(person, any(null))),
    comments: often(
      fc.array(fc.record({ id: often(fc.uuid()), author: person, body: often(words), createdAt: often(time) }), { maxLength: 2 }),
    ),
    createdAt: often(time),
    updatedAt: often(time),
    closedAt: often(fc.oneof(time, any(null))),
    url: often(fc.nat(99).map((n) => `https://github.com/shop/web/issues/${n}`)),
  },
  { requiredKeys: ["number", "title", "state", "createdAt", "url"] },
);
const id = any("shop-1", "shop-2", "shop-3", "shop-4.1");
const bead = fc.record(
  {
    id: often(id),
    title: often(words),
    description: often(any("", "Steps")),
    status: often(any("open", "closed", "in_progress", "tombstone")),
    priority: often(fc.integer({ min: 0, max: 6 })),
    issue_type: often(any("bug", "epic")),
    labels: often(fc.array(words, { maxLength: 2 })),
    dependencies: often(
      fc.array(fc.record({ depends_on_id: often(id), type: any("blocks", "parent-child"), created_at: often(time) }), { maxLength: 3 }),
    ),
    comments: often(
      fc.array(fc.record({ id: often(fc.nat(9)), author: any("ada", ""), text: often(words), created_at: often(time) }), { maxLength: 2 }),
    ),
    created_at: often(time),
    updated_at: often(time),
    closed_at: often(fc.oneof(time, any(null))),
    _type: any("issue", "issue", "issue", "memory"),
  },
  { requiredKeys: ["id", "title", "created_at"] },
);

/** Sees that `read` gives what the daemon takes, or refuses it by one message. */
function readsOrRefuses(read: () => Item[]): void {
  let items: Item[];
  try {
    items = read();
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
    expect([error.kind, error.message]).toEqual(["validation", expect.stringMatching(/\S/)]);
    return;
  }
  try {
    checkItems(items as GivenItem[]);
  } catch (error) {
    // Only the daemon sees that two of them are one.
    expect(String(error)).toMatch(/two have the external_id/);
  }
}

test("`githubBatch()` gives what the daemon takes, or names the issue and the member", () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(often(issue), { maxLength: 4 }), odd), (dump) => readsOrRefuses(() => githubBatch(dump).items)),
    { numRuns: 500 },
  );
});

test("`beadsBatch()` gives what the daemon takes, or names the issue and the member", () => {
  fc.assert(
    fc.property(fc.array(often(bead), { maxLength: 4 }), (lines) =>
      readsOrRefuses(() => {
        const { beads } = beadsOf(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
        return beadsBatch(beads, new Map(beads.map((each) => [each.id, each.issue.list("comments", "comment")]))).items;
      }),
    ),
    { numRuns: 500 },
  );
});
