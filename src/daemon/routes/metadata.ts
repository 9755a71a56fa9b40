import { patchIssueMetadata, patchProjectMetadata } from "../../app/metadata.ts";
import { Answer, etag } from "../answer.ts";
import type { Handlers } from "../router.ts";

export const metadataHandlers = {
  "issues.metadata": async ({ app }, { params, headers, body, actor }) => {
    const reply = await patchIssueMetadata(app, { ...params, actor, patch: body.patch, revision: headers["if-match"] });
    return new Answer(reply, { headers: etag(reply.issue) });
  },
  "projects.metadata": async ({ app }, { params, headers, body, actor }) => {
    const reply = await patchProjectMetadata(app, { ...params, actor, patch: body.patch, revision: headers["if-match"] });
    return new Answer(reply, { headers: etag(reply.project) });
  },
} satisfies Partial<Handlers>;
