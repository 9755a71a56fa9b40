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
  /** Where the listener is TCP, a page of the web could reach it under a name of its own (DNS rebinding). */
  checks_host: boolean;
  auth: { token: string | undefined; insecure_readonly: boolean };
};
