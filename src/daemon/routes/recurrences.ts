import { createRecurrence, deleteRecurrence, editRecurrence, listRecurrences, showRecurrence } from "../../app/recurrences.ts";
import { Answer, etag } from "../answer.ts";
import type { Handlers } from "../router.ts";

export const recurrenceHandlers = {
  "recurrences.create": async ({ app }, { params, body, actor }) => ({
    recurrence: await createRecurrence(app, { ...body, ...params, actor }),
  }),
  "recurrences.list": async ({ app }, { params }) => ({ recurrences: await listRecurrences(app, params.project_id) }),
  "recurrences.show": async ({ app }, { params }) => {
    const recurrence = await showRecurrence(app, params);
    return new Answer({ recurrence }, { headers: etag(recurrence) });
  },
  "recurrences.edit": async ({ app }, { params, headers, body, actor }) => {
    const reply = await editRecurrence(app, { ...body, ...params, actor, revision: headers["if-match"] });
    return new Answer(reply, { headers: etag(reply.recurrence) });
  },
  "recurrences.delete": async ({ app }, { params, headers, actor }) => {
    await deleteRecurrence(app, { ...params, actor, revision: headers["if-match"] });
    return null;
  },
} satisfies Partial<Handlers>;
