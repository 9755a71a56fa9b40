import * as v from "valibot";
import { closeReasons } from "../core/close.ts";
import type { Route } from "./route.ts";
import { Mutation } from "./shapes.ts";
import { changeRequest, Flag, IssuePath, listOf, maybe, request, Text } from "./values.ts";

const Evidence = request({
  type: Text,
  sha: maybe(Text),
  url: maybe(Text),
  command: maybe(Text),
  paths: listOf(Text),
  rationale: maybe(Text),
  issue_ref: maybe(Text),
});

const closing = {
  reason: maybe(v.picklist(["", ...closeReasons], ({ received }) => `must be one of ${closeReasons.join(", ")}, not ${received}`)),
  message: maybe(Text),
  source: maybe(v.picklist(["", "tui"], ({ received }) => `must be tui or left out, not ${received}`)),
  evidence: listOf(Evidence),
  dry_run: maybe(Flag),
};

const common = { needs: "write", actor: "body", params: IssuePath, body: changeRequest(closing), reply: Mutation } as const;

export const closes = {
  "issues.close": {
    summary: "Close an issue: reason, message and evidence",
    ...common,
    refusals: ["validation", "project_not_found", "issue_not_found", "parent_has_open_children", "sibling_throttle", "duplicate_message"],
  },
  "issues.reopen": {
    summary: "Open a closed issue again; the other members are ignored",
    ...common,
    refusals: ["validation", "project_not_found", "issue_not_found"],
  },
} as const satisfies Record<string, Route>;
