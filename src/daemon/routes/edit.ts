import { editIssue } from "../../app/edit.ts";
import { assignIssue, unassignIssue } from "../../app/owners.ts";
import { prioritizeIssue } from "../../app/priorities.ts";
import type { Handlers } from "../router.ts";

export const editHandlers = {
  "issues.edit": ({ app }, { params, body, actor }) => editIssue(app, { ...body, ...params, actor }),
  "issues.assign": ({ app }, { params, body, actor }) => assignIssue(app, { ...body, ...params, actor }),
  "issues.unassign": ({ app }, { params, actor }) => unassignIssue(app, { ...params, actor }),
  "issues.prioritize": ({ app }, { params, body, actor }) => prioritizeIssue(app, { ...body, ...params, actor }),
} satisfies Partial<Handlers>;
