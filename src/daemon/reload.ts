import type { DaemonConfig } from "../config/daemon.ts";
import type { HookLimits } from "../core/hook.ts";
import type { Daemon } from "./daemon.ts";
import { log } from "./log.ts";

type Setting = Exclude<keyof DaemonConfig, "home">;

/** What a running daemon takes over; everything else counts from its next start. */
const live: { [Name in Setting]?: (daemon: Daemon, value: DaemonConfig[Name]) => void } = {
  close_throttle: ({ app }, value) => {
    app.settings.close_throttle = value;
  },
  hooks: (daemon, value) => void daemon.hooks.replace(value),
};

/** Takes over what has changed since `known`, and gives what is known from here on. Settings that are wrong change nothing. */
export function reload(daemon: Daemon, known: DaemonConfig, again: () => DaemonConfig): DaemonConfig {
  let next: DaemonConfig;
  try {
    next = again();
  } catch (error) {
    log("warning", `SIGHUP: everything stays as it was: ${(error as Error).message}`);
    return known;
  }
  const changed = (Object.keys(next) as (keyof DaemonConfig)[]).filter((name) => !Bun.deepEquals(known[name], next[name]));
  const [now, later] = [changed.filter((name) => name in live), changed.filter((name) => !(name in live))];
  for (const name of now) take(daemon, name as Setting, next);
  tellLimits(known.hook_limits, next.hook_limits);
  log("info", "SIGHUP: config.toml and hooks.toml were read again", {
    ...(now.length > 0 && { changed: now.join(",") }),
    ...(later.length > 0 && { from_next_start: later.join(",") }),
  });
  return next;
}

function take<Name extends Setting>(daemon: Daemon, name: Name, config: DaemonConfig): void {
  live[name]?.(daemon, config[name]);
}

/** What hooks have in common counts from the next start: from what to what it changes then. */
function tellLimits(known: HookLimits, next: HookLimits): void {
  const names = Object.keys(next) as (keyof HookLimits)[];
  const changed = names.filter((name) => known[name] !== next[name]).map((name) => [name, `${known[name]} -> ${next[name]}`]);
  if (changed.length > 0) log("info", "SIGHUP: [hooks] of hooks.toml will be others after the next start", Object.fromEntries(changed));
}
