import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { changesBetween } from "./event.ts";
import { checkParent, contradictionIn, hasLinks, linksChangedPayload, type LinksDelta, PEER_ROLES, rolesOf } from "./link.ts";

const issue = (id: number) => ({
  id,
  uid: `01HXAMPLE00000000000000${String(id).padStart(3, "0")}`,
  short_id: `ab${String(id).padStart(2, "0")}`,
});

describe("`hasLinks()`", () => {
  const cases: [string, LinksDelta, boolean][] = [
    ["nothing", {}, false],
    ["null and empty lists", { set_parent: null, remove_parent: undefined, add_blocks: [], remove_related: [] }, false],
    ["a parent", { set_parent: "abc4" }, true],
    ["a parent to remove", { remove_parent: "abc4" }, true],
    ["one peer", { remove_blocked_by: ["abc4"] }, true],
  ];
  test.each(cases)("of %s", (_, delta, expected) => expect(hasLinks(delta)).toBe(expected));
});

describe("`contradictionIn()`", () => {
  test("finds a parent that is set and removed", () =>
    expect(contradictionIn({ set_parent: "a", remove_parent: "b" })).toEqual({ add: "set_parent", remove: "remove_parent", ref: "a" }));
  test("takes one issue in two roles", () =>
    expect(contradictionIn({ add_blocks: ["a"], remove_blocked_by: ["a"], add_related: ["a"] })).toBeUndefined());
  test("finds a ref in both lists of a role, and nothing where they have none in common", () => {
    const refs = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
    fc.assert(
      fc.property(fc.constantFrom(...PEER_ROLES), refs, refs, (role, adds, removes) => {
        const found = contradictionIn({ [`add_${role}`]: adds, [`remove_${role}`]: removes });
        const common = adds.find((ref) => removes.includes(ref));
        expect(found).toEqual(common === undefined ? undefined : { add: `add_${role}`, remove: `remove_${role}`, ref: common });
      }),
    );
  });
});

describe("`checkParent()`", () => {
  test("takes a parent above which the issue is not", () => expect(() => checkParent(issue(1), issue(2), [3, 4], "to_ref")).not.toThrow());
  test("refuses the issue itself", () =>
    expect(() => checkParent(issue(1), issue(1), [], "to_ref")).toThrow("to_ref: ab01 can't be linked to itself"));
  test("refuses what is below the issue", () =>
    expect(() => checkParent(issue(1), issue(2), [3, 1], "to_ref")).toThrow("ab02 is below ab01"));
});

test("`linksChangedPayload()` has short ids and beside them the uids", () => {
  const [a, b] = [issue(1), issue(2)].map(({ uid, short_id }) => ({ uid, short_id }));
  if (!a || !b) throw new Error("There are two.");
  expect(linksChangedPayload({ parent_set: a, parent_removed: b, blocked_by_added: [b, a] })).toEqual({
    parent_set: "ab01",
    parent_set_uid: a.uid,
    parent_removed: "ab02",
    parent_removed_uid: b.uid,
    blocked_by_added: ["ab02", "ab01"],
    blocked_by_added_uids: [b.uid, a.uid],
  });
});

test("`rolesOf()` sees each link from the issue's side", () => {
  const link = (type: "parent" | "blocks" | "related", from: number, to: number) => ({
    type,
    from_id: from,
    from_uid: `u${from}`,
    to_uid: `u${to}`,
  });
  const links = [
    link("parent", 1, 2),
    link("parent", 3, 1),
    link("blocks", 1, 4),
    link("blocks", 5, 1),
    link("related", 1, 6),
    link("related", 0, 1),
  ];
  expect(rolesOf(1, links)).toEqual({ parent: "u2", children: ["u3"], blocks: ["u4"], blocked_by: ["u5"], related: ["u6", "u0"] });
});

test("`changesBetween()` names only what differs, and absence as null", () => {
  expect(changesBetween<Record<string, unknown>>({ a: 1, b: [1], c: "x" }, { a: 1, b: [1, 2], c: undefined })).toEqual({
    b: { from: [1], to: [1, 2] },
    c: { from: "x", to: null },
  });
});
