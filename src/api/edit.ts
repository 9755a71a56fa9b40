import * as v from "valibot";
import type { Route } from "./route.ts";
import { Event, Issue, LinkPeer, Mutation } from "./shapes.ts";
import { changeRequest, Flag, IssuePath, listOf, maybe, Priority, request, Text } from "./values.ts";

const peers = v.exactOptional(v.array(LinkPeer));

const LinksDelta = request({
  set_parent: maybe(Text),
  remove_parent: maybe(Text),
  add_blocks: listOf(Text),
  add_blocked_by: listOf(Text),
  add_related: listOf(Text),
  remove_blocks: listOf(Text),
  remove_blocked_by: listOf(Text),
  remove_related: listOf(Text),
});

export const edit = {
  "issues.edit": {
    summary: "Change an issue's title, body, owner, priority or links",
    needs: "write",
    actor: "body",
    params: IssuePath,
    body: changeRequest({
      title: maybe(Text),
      body: maybe(Text),
      owner: maybe(Text),
      set_priority: maybe(Priority),
      clear_priority: maybe(Flag),
      links_delta: maybe(LinksDelta),
    }),
    reply: v.object({
      issue: Issue,
      event: v.nullable(Event),
      events: v.exactOptional(v.array(Event)),
      changed: v.boolean(),
      changes: v.exactOptional(
        v.object({
          parent_set: v.exactOptional(LinkPeer),
          parent_removed: v.exactOptional(LinkPeer),
          blocks_added: peers,
          blocks_removed: peers,
          blocked_by_added: peers,
          blocked_by_removed: peers,
          related_added: peers,
          related_removed: peers,
        }),
      ),
    }),
    refusals: ["validation", "project_not_found", "issue_not_found", "parent_mismatch"],
  },
  "issues.assign": {
    summary: "Give an issue an owner",
    needs: "write",
    actor: "body",
    params: IssuePath,
    body: changeRequest({ owner: Text }),
    reply: Mutation,
    refusals: ["validation", "project_not_found", "issue_not_found"],
  },
  "issues.unassign": {
    summary: "Take an issue from its owner",
    needs: "write",
    actor: "body",
    params: IssuePath,
    body: changeRequest({}),
    reply: Mutation,
    refusals: ["validation", "project_not_found", "issue_not_found"],
  },
  "issues.prioritize": {
    summary: "Set an issue's priority, or clear it with null",
    needs: "write",
    actor: "body",
    params: IssuePath,
    body: changeRequest({ priority: maybe(Priority) }),
    reply: Mutation,
    refusals: ["validation", "project_not_found", "issue_not_found"],
  },
} as const satisfies Record<string, Route>;
