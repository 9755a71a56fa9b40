import type { App } from "../app/app.ts";

/** One serving process: the app, and what routes tell or ask of the process around it. */
export type Daemon = {
  app: App;
  version: string;
  schema_version: number;
  db_path: string;
  started_at: string;
  /** Aborted when the daemon stops: streams end then. */
  ending: AbortSignal;
  auth: { token: string | undefined; insecure_readonly: boolean };
};
