import { expect, test } from "bun:test";
import { apply, changesOfNew, NOTHING, type Recorded, replay, undo } from "./replay.ts";

const event = (type: string, issue_uid: string | null, changes: Recorded["changes"], payload: Recorded["payload"] = {}): Recorded => ({
  type,
  issue_uid,
  project_uid: "P",
  payload,
  changes,
});
const made = (uid: string, links: Parameters<typeof changesOfNew>[0] = {}) =>
  event("issue.created", uid, changesOfNew({ title: uid, author: "ann", created_at: "2026-03-01T12:00:00.000Z", ...links }));

test("`changesOfNew()` tells what differs from an issue of which nothing was said", () => {
  expect(changesOfNew({ title: "x", body: "", owner: undefined, labels: [], metadata: {}, priority: 0 })).toEqual({
    title: { from: null, to: "x" },
    priority: { from: null, to: 0 },
  });
});

test("`apply()` tells a link at both of its ends, and `undo()` takes it back", () => {
  const before = replay([made("A"), made("B")]);
  const linked = made("C", { parent: "A", blocks: ["B"] });
  const after = apply(before, linked);
  expect([after.issues.get("A")?.children, after.issues.get("B")?.blocked_by, after.issues.get("C")?.parent]).toEqual([["C"], ["C"], "A"]);
  expect(undo(after, linked)).toEqual(before);
  expect(before.issues.size).toBe(2);
});

test("`apply()` goes by what differs, so that events about a purged peer are not missed", () => {
  const state = replay([made("A"), made("B"), event("issue.linked", "A", { related: { from: ["gone"], to: ["gone", "B"] } })]);
  expect([state.issues.get("A")?.related, state.issues.get("B")?.related]).toEqual([["B"], ["A"]]);
  const moved = event("issue.links_changed", "A", { parent: { from: "B", to: "gone" } });
  expect(apply(state, moved).issues.get("A")?.parent).toBeNull();
});

test("`apply()` leaves alone what it is not told of", () => {
  const state = replay([made("A")]);
  for (const other of [
    event("issue.updated", "A", null),
    event("issue.updated", "B", { title: { from: "x", to: "y" } }),
    event("issue.updated", "A", { constructor: { from: 1, to: 2 }, updated_at: { from: 1, to: 2 } }),
    event("project.metadata_updated", null, { metadata: { from: {}, to: { area: "ui" } } }),
    event("recurrence.updated", null, { rrule: { from: "x", to: "y" } }, { recurrence_uid: "R" }),
  ])
    expect(apply(state, other)).toEqual(state);
});

test("`apply()` and `undo()` take a recurrence through its life", () => {
  const about = { recurrence_uid: "R" };
  const events = [
    event("recurrence.created", null, { rrule: { from: null, to: "FREQ=DAILY" } }, about),
    event("recurrence.updated", null, { rrule: { from: "FREQ=DAILY", to: "FREQ=WEEKLY" } }, about),
  ];
  const state = replay(events);
  expect(state.recurrences.get("R")).toEqual({ uid: "R", project_uid: "P", rrule: "FREQ=WEEKLY" });
  expect(events.toReversed().reduce(undo, state)).toEqual(NOTHING);
});
