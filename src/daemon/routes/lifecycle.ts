import { deleteIssue, restoreIssue } from "../../app/deletions.ts";
import { moveIssue } from "../../app/moves.ts";
import { purgeIssue } from "../../app/purges.ts";
import { Answer, etag } from "../answer.ts";
import type { Handlers } from "../router.ts";

export const lifecycleHandlers = {
  "issues.delete": ({ app }, { params, headers, actor }) => deleteIssue(app, { ...params, actor, confirmation: headers["x-kata-confirm"] }),
  "issues.restore": ({ app }, { params, actor }) => restoreIssue(app, { ...params, actor }),
  "issues.purge": async ({ app }, { params, headers, body, actor }) => ({
    purge_log: await purgeIssue(app, { ...params, actor, reason: body.reason, confirmation: headers["x-kata-confirm"] }),
  }),
  "issues.move": async ({ app }, { params, headers, body, actor }) => {
    const reply = await moveIssue(app, { ...params, actor, to_project_uid: body.to_project_uid, revision: headers["if-match"] });
    return new Answer(reply, { headers: etag(reply.issue) });
  },
} satisfies Partial<Handlers>;
