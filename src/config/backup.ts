import { isAbsolute } from "node:path";
import { parseDuration } from "../core/time.ts";
import type { Faults, Setting } from "./faults.ts";
import { type Settings, whereOf } from "./settings.ts";

/** Where a daemon writes the database down, how often, and how long it keeps that. */
export type BackupConfig = { dir: string; interval_ms: number; retain_ms: number };

const DAY_MS = 24 * 60 * 60 * 1_000;
const LEAST_MS = 1_000;
/** Timers go no further. */
const MOST_MS = 2 ** 31 - 1;

/** Environment over config.toml; undefined where no folder is named (advanced.md §11). */
export function backupConfig(settings: Settings, env: Record<string, string | undefined>, faults: Faults): BackupConfig | undefined {
  const said = (name: "dir" | "interval" | "retain"): Setting<string> | undefined => {
    const variable = `KATA_BACKUP_${name.toUpperCase()}`;
    const key = `backup.${name}` as const;
    if (env[variable]) return { value: env[variable], from: variable };
    return settings[key] === undefined ? undefined : { value: settings[key], from: whereOf(settings, key) };
  };
  const [dir, interval, retain] = [said("dir"), said("interval"), said("retain")];
  const config = {
    interval_ms: Math.min(MOST_MS, durationOf(interval, DAY_MS, faults)),
    retain_ms: durationOf(retain, 30 * DAY_MS, faults),
  };
  if (dir) {
    if (!isAbsolute(dir.value)) faults.value(dir.from, `must be an absolute path, not ${JSON.stringify(dir.value)}`, "Begin it with /.");
    return { dir: dir.value, ...config };
  }
  const lone = interval ?? retain;
  if (lone)
    faults.clash([lone.from], `${lone.from} is set, and no folder for the backups`, "Name one: dir in [backup], or KATA_BACKUP_DIR.");
  return undefined;
}

function durationOf(said: Setting<string> | undefined, usual: number, faults: Faults): number {
  if (!said) return usual;
  const ms = parseDuration(said.value);
  if (ms !== undefined && ms >= LEAST_MS) return ms;
  faults.value(said.from, `must be a duration of a second at least, not ${JSON.stringify(said.value)}`, "For example 24h, or 30m.");
  return usual;
}
