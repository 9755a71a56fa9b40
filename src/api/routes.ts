import { audits } from "./audits.ts";
import { closes } from "./closes.ts";
import { comments } from "./comments.ts";
import { digests } from "./digests.ts";
import { doctor } from "./doctor.ts";
import { edit } from "./edit.ts";
import { events } from "./events.ts";
import { imports } from "./imports.ts";
import { issues } from "./issues.ts";
import { labels } from "./labels.ts";
import { lifecycle } from "./lifecycle.ts";
import { links } from "./links.ts";
import { liveness } from "./liveness.ts";
import { metadata } from "./metadata.ts";
import type { RouteId } from "./paths.ts";
import { projects } from "./projects.ts";
import { recurrences } from "./recurrences.ts";
import type { Route } from "./route.ts";
import { tokens } from "./tokens.ts";

export const routes = {
  ...liveness,
  ...doctor,
  ...projects,
  ...issues,
  ...edit,
  ...closes,
  ...comments,
  ...labels,
  ...links,
  ...lifecycle,
  ...metadata,
  ...recurrences,
  ...imports,
  ...tokens,
  ...events,
  ...digests,
  ...audits,
} as const satisfies Record<RouteId, Route>;
export type Routes = typeof routes;
