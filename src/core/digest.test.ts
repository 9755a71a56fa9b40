import { expect, test } from "bun:test";
import { throttledCloses } from "./audit.ts";
import { digestOf } from "./digest.ts";

const event = (type: string, payload: object = {}, actor = "ada") => ({
  type,
  actor,
  payload: JSON.stringify(payload),
  project_id: 1,
  project_name: "demo",
  issue_uid: "U" as string | null,
  issue_short_id: "abc4" as string | null,
});

test.each([
  [[event("issue.commented"), event("issue.commented")], ["commented:2"]],
  [
    [event("issue.closed", { reason: "done" }), event("issue.created", { labels: ["UI", "ui"] })],
    ["created", "labeled:UI", "closed:done"],
  ],
  [[event("issue.created", { links: [{ type: "blocks", to_short_id: "xyz9", incoming: true }] })], ["created", "blocked_by:xyz9"]],
  [[event("issue.unlinked", { type: "blocks", from_uid: "U", from_short_id: "abc4", to_short_id: "xyz9" })], ["unblocks:xyz9"]],
  [[event("issue.links_changed", { parent_set: "pqr5", blocked_by_removed: ["xyz9"] })], ["parent:pqr5", "unblocked_by:xyz9"]],
  [[event("issue.links_changed")], ["-"]],
  [[event("issue.moved"), event("issue.metadata_updated")], ["other:2"]],
])("`digestOf()` tells the actions on an issue: case %#", (events, actions) => {
  expect(digestOf(events).actors[0]?.issues[0]?.actions).toEqual(actions);
});

test("`digestOf()` counts an unlinked block as unblocked, a removed blocked_by not, and sorts actors", () => {
  const { totals, actors, event_count } = digestOf([
    event("issue.links_changed", { blocks_removed: ["xyz9"], blocked_by_removed: ["def5"] }, "zoe"),
    { ...event("project.removed"), issue_uid: null, issue_short_id: null },
  ]);
  expect({ event_count, ...totals }).toMatchObject({ event_count: 2, unlinked: 2, unblocked: 1, other: 1 });
  expect(actors.map(({ actor, issues }) => [actor, issues.length])).toEqual([
    ["ada", 0],
    ["zoe", 1],
  ]);
});

test("`throttledCloses()` marks a close by the actor who was refused, and any close settles the refusals", () => {
  const [refused, other, again] = [event("close.throttled"), event("issue.closed", {}, "bob"), event("issue.closed")];
  expect(throttledCloses([refused, again])).toEqual(new Set([again]));
  expect(throttledCloses([refused, other, again])).toEqual(new Set());
});
