import * as v from "valibot";
import { isBlank } from "../core/text.ts";
import type { Route } from "./route.ts";
import { Comment, Event, Issue, IssueLabel, IssueOut, IssueRef, LinkOut } from "./shapes.ts";
import {
  changeRequest,
  Flag,
  integerText,
  IssuePath,
  LinkTypes,
  listOf,
  maybe,
  Priority,
  ProjectPath,
  request,
  SwitchText,
  Text,
} from "./values.ts";

const PriorityText = v.pipe(
  integerText("must be an integer from 0 to 4"),
  v.minValue(0, ({ received }) => `must be from 0 to 4, not ${received}`),
  v.maxValue(4, ({ received }) => `must be from 0 to 4, not ${received}`),
);

const filters = {
  status: v.optional(v.picklist(["open", "closed", ""], ({ received }) => `must be open or closed, not ${received}`)),
  priority: v.optional(PriorityText),
  max_priority: v.optional(PriorityText),
  limit: v.optional(integerText()),
};

const REMOVED = ["view", "area", "offset"] as const;
const removed = Object.fromEntries(REMOVED.map((name) => [name, v.optional(v.string())])) as Record<
  (typeof REMOVED)[number],
  v.OptionalSchema<v.StringSchema<undefined>, undefined>
>;

const Shown = v.object({
  issue: Issue,
  comments: v.array(Comment),
  links: v.array(LinkOut),
  labels: v.array(IssueLabel),
  parent: v.exactOptional(IssueRef),
  children: v.exactOptional(v.array(IssueOut)),
});

export const issues = {
  "issues.list": {
    summary: "List a project's issues, the latest changed first",
    needs: "read",
    params: ProjectPath,
    query: v.object(filters),
    reply: v.object({ issues: v.array(IssueOut) }),
    refusals: ["validation", "project_not_found"],
  },
  "issues.list_all": {
    summary: "List the issues of all projects, the newest first",
    needs: "read",
    query: v.object({ ...filters, ...removed, project_id: v.optional(integerText()) }),
    headers: v.object({ "x-kata-client-tz": v.optional(v.string()) }),
    reply: v.object({ issues: v.array(IssueOut) }),
    refusals: ["validation", "removed_param", "project_not_found"],
  },
  "issues.create": {
    summary: "Create an issue",
    needs: "write",
    actor: "body",
    params: ProjectPath,
    headers: v.object({ "idempotency-key": v.optional(Text) }),
    body: changeRequest({
      title: Text,
      body: maybe(Text),
      owner: maybe(Text),
      priority: maybe(Priority),
      labels: listOf(Text),
      links: listOf(request({ type: LinkTypes, to_ref: Text, incoming: maybe(Flag) })),
      force_new: maybe(Flag),
    }),
    reply: v.object({
      issue: Issue,
      event: v.nullable(Event),
      original_event: v.exactOptional(Event),
      changed: v.boolean(),
      reused: v.exactOptional(v.literal(true)),
    }),
    refusals: [
      "validation",
      "project_not_found",
      "issue_not_found",
      "parent_already_set",
      "idempotency_mismatch",
      "idempotency_deleted",
      "duplicate_candidates",
    ],
  },
  "issues.show": {
    summary: "Show an issue with its comments, labels, links, parent and children",
    needs: "read",
    params: IssuePath,
    query: v.object({ include_deleted: v.optional(SwitchText, "false") }),
    reply: Shown,
    refusals: ["validation", "project_not_found", "issue_not_found", "prefix_ambiguous"],
  },
  "issues.find": {
    summary: "Show an issue of any project by its ULID, or by a unique start of it",
    needs: "read",
    params: v.object({ uid: v.string() }),
    query: v.object({ include_deleted: v.optional(SwitchText, "false") }),
    reply: Shown,
    refusals: ["validation", "prefix_too_short", "project_not_found", "issue_not_found", "prefix_ambiguous"],
  },
  "issues.ready": {
    summary: "List a project's open issues that nothing open blocks",
    needs: "read",
    params: ProjectPath,
    query: v.object({ limit: v.optional(integerText()) }),
    reply: v.object({ issues: v.array(Issue) }),
    refusals: ["validation", "project_not_found"],
  },
  "issues.search": {
    summary: "Find issues by the words of their titles, bodies and comments",
    needs: "read",
    params: ProjectPath,
    query: v.object({
      q: v.pipe(
        v.string(),
        v.check((text) => !isBlank(text), "must not be blank"),
      ),
      limit: v.optional(integerText()),
      include_deleted: v.optional(SwitchText, "false"),
    }),
    reply: v.object({
      query: v.string(),
      results: v.array(v.object({ issue: Issue, score: v.number(), matched_in: v.array(v.picklist(["title", "body", "comments"])) })),
    }),
    refusals: ["validation", "project_not_found"],
  },
} as const satisfies Record<string, Route>;
