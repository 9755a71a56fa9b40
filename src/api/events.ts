import * as v from "valibot";
import type { Route } from "./route.ts";
import { EventEnvelope } from "./shapes.ts";
import { integerText, PositiveProjectPath } from "./values.ts";

const page = {
  after_id: v.optional(
    v.pipe(
      integerText(),
      v.minValue(0, ({ received }) => `must not be negative, not ${received}`),
    ),
    "0",
  ),
  limit: v.optional(
    v.pipe(
      integerText(),
      v.minValue(1, ({ received }) => `must be 1 or more, not ${received}`),
    ),
    "100",
  ),
};

const Page = v.object({
  reset_required: v.boolean(),
  reset_after_id: v.exactOptional(v.number()),
  events: v.array(EventEnvelope),
  next_after_id: v.number(),
});

export const events = {
  "events.poll": {
    summary: "Read events of all projects after a cursor",
    needs: "read",
    query: v.object(page),
    reply: Page,
    refusals: ["validation"],
  },
  "events.poll_project": {
    summary: "Read a project's events after a cursor",
    needs: "read",
    params: PositiveProjectPath,
    query: v.object(page),
    reply: Page,
    refusals: ["validation", "project_not_found"],
  },
  "events.stream": {
    summary: "Follow events after a cursor, as server-sent events",
    needs: "stream",
    query: v.object({ project_id: v.optional(v.string()), after_id: v.optional(v.string()) }),
    headers: v.object({ accept: v.optional(v.string()), "last-event-id": v.optional(v.string()) }),
    reply: "text/event-stream",
    refusals: ["validation", "cursor_conflict", "project_not_found", "not_acceptable"],
  },
} as const satisfies Record<string, Route>;
