import { countLabels, labelIssue, unlabelIssue } from "../../app/labels.ts";
import type { Handlers } from "../router.ts";

export const labelHandlers = {
  "labels.add": ({ app }, { params, body, actor }) => labelIssue(app, { ...body, ...params, actor }),
  "labels.remove": ({ app }, { params, actor }) => unlabelIssue(app, { ...params, actor }),
  "labels.count": async ({ app }, { params }) => ({ labels: await countLabels(app, params) }),
} satisfies Partial<Handlers>;
