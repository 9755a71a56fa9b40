import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkMetadata, checkRevision, patchMetadata } from "./metadata.ts";

test("`checkMetadata()` refuses values of reserved keys that are not of their type", () => {
  const item = { id: "01BX5ZZKBKACTAV9WEVGEMMVRZ", text: "t", done: false };
  const fine = {
    scheduled_on: "2026-02-28",
    deadline_on: null,
    someday: false,
    timezone: "Europe/Berlin",
    checklist: [item],
    other: 7,
    __proto__x: 1,
  };
  checkMetadata("issue", fine);
  const wrong = [
    { scheduled_on: "2026-02-30" },
    { deadline_on: 20260101 },
    { someday: "yes" },
    { timezone: "+02:00" },
    { timezone: "Mars/Olympus" },
  ];
  wrong.push(
    { checklist: {} } as never,
    { checklist: [{ ...item, id: item.id.toLowerCase() }] } as never,
    { checklist: [{ ...item, more: 1 }] } as never,
  );
  for (const patch of wrong) expect(() => checkMetadata("issue", patch)).toThrow(/^\w+: must be /);
  checkMetadata("project", { area: "Home", scheduled_on: "whenever" });
  expect(() => checkMetadata("project", { area: 5 })).toThrow("area: must be a text, not 5");
});

test("`patchMetadata()` tells what differs by value, whatever the order of keys", () => {
  const before = { k: { b: 1, a: [1, { y: 2, x: 1 }] }, gone: 1 };
  expect(patchMetadata(before, { k: { a: [1, { x: 1, y: 2 }], b: 1 }, absent: null })).toEqual({ after: before, diff: {} });
  const { after, diff } = patchMetadata(before, { gone: null, fresh: false });
  expect(after).toEqual({ k: before.k, fresh: false } as never);
  expect(diff).toEqual({ gone: { from: 1, to: null }, fresh: { from: null, to: false } });
});

test("`patchMetadata()` holds its laws: the same patch again changes nothing, and its inverse leads back", () => {
  const value = fc.dictionary(
    fc.string(),
    fc.jsonValue().filter((each) => each !== null),
  );
  const patch = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(value, patch, (before, change) => {
      const { after, diff } = patchMetadata(before, change);
      expect(patchMetadata(after, change).diff).toEqual({});
      const inverse = Object.fromEntries(Object.entries(diff).map(([key, { from }]) => [key, from]));
      expect(patchMetadata(before, {}).after).toEqual(patchMetadata(after, inverse).after);
    }),
  );
});

test("`checkRevision()` names the present revision", () => {
  checkRevision("issue", 3, 3);
  expect(() => checkRevision("issue", 4, 3)).toThrow("issue revision is 4");
});
