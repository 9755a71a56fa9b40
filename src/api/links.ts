import * as v from "valibot";
import type { Route } from "./route.ts";
import { Event, Issue, LinkOut, Mutation } from "./shapes.ts";
import { ActorQuery, changeRequest, Flag, integerText, IssuePath, LinkTypes, maybe, Text } from "./values.ts";

export const links = {
  "links.add": {
    summary: "Link an issue to another",
    needs: "write",
    actor: "body",
    params: IssuePath,
    body: changeRequest({ type: LinkTypes, to_ref: Text, replace: maybe(Flag) }),
    reply: v.object({ issue: Issue, link: LinkOut, event: v.nullable(Event), changed: v.boolean() }),
    refusals: ["validation", "project_not_found", "issue_not_found", "parent_already_set"],
  },
  "links.remove": {
    summary: "Remove a link of an issue, at either of its ends",
    needs: "write",
    actor: "query",
    params: v.object({ ...IssuePath.entries, link_id: integerText() }),
    query: ActorQuery,
    reply: Mutation,
    refusals: ["validation", "project_not_found", "issue_not_found", "link_not_found"],
  },
} as const satisfies Record<string, Route>;
