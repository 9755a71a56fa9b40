import * as v from "valibot";
import type { Route } from "./route.ts";
import { Recurrence } from "./shapes.ts";
import {
  ActorQuery,
  changeRequest,
  integerText,
  JsonObject,
  listOf,
  maybe,
  Priority,
  ProjectPath,
  request,
  Revision,
  Text,
} from "./values.ts";

const RecurrencePath = v.object({ project_id: integerText(), uid: v.string() });
const template = { body: maybe(Text), owner: maybe(Text), priority: maybe(Priority), metadata: maybe(JsonObject) };
const One = v.object({ recurrence: Recurrence });

export const recurrences = {
  "recurrences.create": {
    summary: "Create a recurrence",
    needs: "write",
    actor: "body",
    params: ProjectPath,
    body: changeRequest({
      rrule: Text,
      dtstart: Text,
      timezone: Text,
      template: request({ title: Text, ...template, labels: listOf(Text) }),
    }),
    reply: One,
    status: 201,
    refusals: ["validation", "project_not_found"],
  },
  "recurrences.list": {
    summary: "List a project's recurrences, the newest first",
    needs: "read",
    params: ProjectPath,
    reply: v.object({ recurrences: v.array(Recurrence) }),
    refusals: ["validation", "project_not_found"],
  },
  "recurrences.show": {
    summary: "Show a recurrence",
    needs: "read",
    params: RecurrencePath,
    reply: One,
    refusals: ["validation", "project_not_found", "not_found"],
  },
  "recurrences.edit": {
    summary: "Change a recurrence",
    needs: "write",
    actor: "body",
    params: RecurrencePath,
    headers: v.object({ "if-match": Revision }),
    body: changeRequest({
      rrule: maybe(Text),
      dtstart: maybe(Text),
      timezone: maybe(Text),
      template: maybe(request({ title: maybe(Text), ...template, labels: maybe(v.array(Text)) })),
    }),
    reply: v.object({ recurrence: Recurrence, changed: v.boolean() }),
    refusals: ["validation", "project_not_found", "not_found", "revision_conflict"],
  },
  "recurrences.delete": {
    summary: "End a recurrence; the issues that it made stay",
    needs: "write",
    actor: "query",
    params: RecurrencePath,
    query: ActorQuery,
    headers: v.object({ "if-match": v.optional(Revision) }),
    reply: null,
    status: 204,
    refusals: ["validation", "project_not_found", "not_found", "revision_conflict"],
  },
} as const satisfies Record<string, Route>;
