import * as v from "valibot";
import { IMPORT_LIMIT } from "../core/import.ts";
import type { Route } from "./route.ts";
import { changeRequest, LinkTypes, listOf, maybe, Priority, ProjectPath, request, Text } from "./values.ts";

const Reason = v.picklist(
  ["done", "wontfix", "duplicate", "superseded", "audit-no-change"],
  ({ received }) => `must be done, wontfix, duplicate, superseded or audit-no-change, not ${received}`,
);

const Item = request({
  external_id: Text,
  title: Text,
  body: maybe(Text),
  author: Text,
  owner: maybe(Text),
  priority: maybe(Priority),
  status: v.picklist(["open", "closed"], ({ received }) => `must be open or closed, not ${received}`),
  closed_reason: maybe(Reason),
  created_at: Text,
  updated_at: Text,
  closed_at: maybe(Text),
  labels: listOf(Text),
  comments: listOf(request({ external_id: Text, author: Text, body: Text, created_at: Text })),
  links: listOf(request({ type: LinkTypes, target_external_id: Text })),
});

export const imports = {
  "imports.run": {
    summary: "Bring over issues of another tracker, all or none of them; those that came before are brought up to date",
    needs: "write",
    actor: "body",
    params: ProjectPath,
    body: changeRequest({ source: Text, items: v.array(Item, "must be a list") }),
    limit: IMPORT_LIMIT,
    reply: v.object({
      source: v.string(),
      created: v.number(),
      updated: v.number(),
      unchanged: v.number(),
      comments: v.number(),
      links: v.number(),
      items: v.array(
        v.object({
          external_id: v.string(),
          issue_short_id: v.string(),
          status: v.picklist(["created", "updated", "unchanged"]),
          reason: v.exactOptional(v.string()),
        }),
      ),
      errors: v.array(v.unknown()),
    }),
    refusals: ["validation", "error", "project_not_found", "issue_not_found", "parent_already_set"],
  },
} as const satisfies Record<string, Route>;
