import { linkIssue, unlinkIssue } from "../../app/links.ts";
import type { Handlers } from "../router.ts";

export const linkHandlers = {
  "links.add": ({ app }, { params, body, actor }) => linkIssue(app, { ...body, ...params, actor }),
  "links.remove": ({ app }, { params, actor }) => unlinkIssue(app, { ...params, actor }),
} satisfies Partial<Handlers>;
