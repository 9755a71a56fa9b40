import { pollEvents } from "../../app/events.ts";
import type { Handlers } from "../router.ts";
import { streamEvents } from "../stream.ts";

export const eventHandlers = {
  "events.poll": ({ app }, { query }) => pollEvents(app, query),
  "events.poll_project": ({ app }, { params, query }) => pollEvents(app, { ...params, ...query }),
  "events.stream": streamEvents,
} satisfies Partial<Handlers>;
