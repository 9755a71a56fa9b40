import { createIssue } from "../../app/create.ts";
import { findIssueAnywhere, listAllIssues, listIssues, listReadyIssues, showIssue } from "../../app/issues.ts";
import { searchIssues } from "../../app/search.ts";
import { KataError } from "../../core/error.ts";
import type { Handlers } from "../router.ts";

type Filters = {
  status?: "" | "open" | "closed" | undefined;
  priority?: number | undefined;
  max_priority?: number | undefined;
  limit?: number | undefined;
};

/** An empty status is any; a limit of 0 or less is none. */
const filterOf = ({ status, priority, max_priority, limit }: Filters) => ({
  status: status || undefined,
  priority,
  max_priority,
  limit: limit === undefined || limit <= 0 ? undefined : limit,
});

export const issueHandlers = {
  "issues.list": async ({ app }, { params, query }) => ({ issues: await listIssues(app, { ...params, ...filterOf(query) }) }),
  "issues.list_all": async ({ app }, { query, headers }) => {
    const { project_id, view, area, offset } = query;
    const gone = Object.entries({ view, area, offset, "X-Kata-Client-TZ": headers["x-kata-client-tz"] }).filter(
      ([, value]) => value !== undefined,
    );
    if (gone[0]) throw new KataError("removed_param", `${gone[0][0]}: is not taken any more`, { hint: "Leave it out." });
    if (project_id !== undefined && project_id < 0)
      throw new KataError("validation", `project_id: must not be negative, not ${project_id}`, { hint: "Leave it out for all projects." });
    return { issues: await listAllIssues(app, { project_id: project_id || undefined, ...filterOf(query) }) };
  },
  "issues.create": ({ app }, { params, headers, body, actor }) =>
    createIssue(app, { ...body, ...params, actor, idempotency_key: headers["idempotency-key"] }),
  "issues.show": ({ app }, { params, query }) => showIssue(app, { ...params, ...query }),
  "issues.find": ({ app }, { params, query }) => findIssueAnywhere(app, { ...params, ...query }),
  "issues.ready": async ({ app }, { params, query }) => ({
    issues: await listReadyIssues(app, { ...params, limit: filterOf(query).limit }),
  }),
  "issues.search": async ({ app }, { params, query: { q, limit = 0, include_deleted } }) => ({
    query: q,
    results: await searchIssues(app, { ...params, q, limit: limit <= 0 ? 20 : Math.min(limit, 200), include_deleted }),
  }),
} satisfies Partial<Handlers>;
