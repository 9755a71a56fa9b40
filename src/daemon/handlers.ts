import { auditHandlers } from "./routes/audits.ts";
import { closeHandlers } from "./routes/closes.ts";
import { commentHandlers } from "./routes/comments.ts";
import { digestHandlers } from "./routes/digests.ts";
import { doctorHandlers } from "./routes/doctor.ts";
import { editHandlers } from "./routes/edit.ts";
import { eventHandlers } from "./routes/events.ts";
import { importHandlers } from "./routes/imports.ts";
import { issueHandlers } from "./routes/issues.ts";
import { labelHandlers } from "./routes/labels.ts";
import { lifecycleHandlers } from "./routes/lifecycle.ts";
import { linkHandlers } from "./routes/links.ts";
import { livenessHandlers } from "./routes/liveness.ts";
import { metadataHandlers } from "./routes/metadata.ts";
import { projectHandlers } from "./routes/projects.ts";
import { recurrenceHandlers } from "./routes/recurrences.ts";
import { tokenHandlers } from "./routes/tokens.ts";
import type { Handlers } from "./router.ts";

export const handlers: Handlers = {
  ...livenessHandlers,
  ...doctorHandlers,
  ...projectHandlers,
  ...issueHandlers,
  ...editHandlers,
  ...closeHandlers,
  ...commentHandlers,
  ...labelHandlers,
  ...linkHandlers,
  ...lifecycleHandlers,
  ...metadataHandlers,
  ...recurrenceHandlers,
  ...importHandlers,
  ...tokenHandlers,
  ...eventHandlers,
  ...digestHandlers,
  ...auditHandlers,
};
