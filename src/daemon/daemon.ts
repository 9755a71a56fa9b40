import type { App } from "../app/app.ts";
import type { Auth } from "../config/daemon.ts";
import type { Listener } from "../config/listener.ts";
import type { Failures } from "./failures.ts";
import type { Hooks } from "./jobs/hooks.ts";
import type { LiveTokens } from "./live-tokens.ts";
import type { Storage } from "./storage.ts";

/** One serving process: the app, and what routes tell or ask of the process around it. */
export type Daemon = {
  app: App;
  version: string;
  schema_version: number;
  db_path: string;
  started_at: string;
  /** Aborted when the daemon stops: streams end then. */
  ending: AbortSignal;
  listeners: readonly Listener[];
  /** Names under which it may be called over TCP, in lower case. */
  allowed_hosts: readonly string[];
  auth: Auth;
  tokens: LiveTokens;
  failures: Failures;
  hooks: Hooks;
  storage: Storage;
};
