import { events } from "./events.ts";
import { issues } from "./issues.ts";
import { liveness } from "./liveness.ts";
import type { RouteId } from "./paths.ts";
import { projects } from "./projects.ts";
import type { Route } from "./route.ts";

export const routes = { ...liveness, ...projects, ...issues, ...events } as const satisfies Record<RouteId, Route>;
export type Routes = typeof routes;
