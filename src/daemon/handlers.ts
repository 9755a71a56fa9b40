import { eventHandlers } from "./routes/events.ts";
import { issueHandlers } from "./routes/issues.ts";
import { livenessHandlers } from "./routes/liveness.ts";
import { projectHandlers } from "./routes/projects.ts";
import type { Handlers } from "./router.ts";

export const handlers: Handlers = { ...livenessHandlers, ...projectHandlers, ...issueHandlers, ...eventHandlers };
