import { commentOnIssue } from "../../app/comments.ts";
import type { Handlers } from "../router.ts";

export const commentHandlers = {
  "comments.add": ({ app }, { params, body, actor }) => commentOnIssue(app, { ...body, ...params, actor }),
} satisfies Partial<Handlers>;
