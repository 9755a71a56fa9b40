import { join } from "node:path";
import { LocalError } from "../core/error.ts";
import { type Hook, hookable, type HookLimits } from "../core/hook.ts";
import { closest } from "../core/text.ts";
import { parseDuration } from "../core/time.ts";
import type { Home } from "./home.ts";
import { lineOf, parseToml, textOf } from "./toml.ts";

const MOST_HOOKS = 256;
const LONGEST_MS = 5 * 60_000;

/** What hooks.toml says: the hooks in their order, and what they have in common. */
export type Hooks = { hooks: readonly Hook[]; limits: HookLimits };

type Check = { fits(value: unknown): boolean; rule: string };

const whole = (least: number, most: number): Check => ({
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  rule: `a whole number from ${least} to ${most}`,
});
const size: Check = {
  fits: (value) => bytesOf(value) > 0,
  rule: 'bytes, or a size such as "100MB"',
};
const duration = (least: number, most: number, rule: string): Check => ({
  fits: (value) => typeof value === "string" && (parseDuration(value) ?? -1) >= least && (parseDuration(value) ?? -1) <= most,
  rule,
});

const UNITS: Readonly<Record<string, number>> = { K: 1_024, KB: 1_024, M: 1_048_576, MB: 1_048_576 };

/** A size in bytes; 0 where it is none. */
function bytesOf(value: unknown): number {
  const [, count, unit = ""] = /^(\d+)\s*(KB?|MB?)$/.exec(typeof value === "string" ? value : "") ?? [];
  const bytes = count === undefined ? Number(value) : Number(count) * (UNITS[unit] ?? 1);
  return Number.isSafeInteger(bytes) && (count !== undefined || typeof value === "number") ? bytes : 0;
}

const general: Record<string, Check> = {
  pool_size: whole(1, 16),
  queue_cap: whole(1, 10_000),
  output_disk_cap: size,
  runs_log_max: size,
  runs_log_keep: whole(1, 100),
  queue_full_log_interval: duration(1_000, Number.MAX_SAFE_INTEGER, 'a duration of 1s or more, such as "60s"'),
};

const isText = (value: unknown): value is string => typeof value === "string";
/** What can be passed to a program. */
const isPlain = (value: unknown): boolean => isText(value) && !value.includes("\0");
const isTable = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const each: Record<string, Check> = {
  event: {
    fits: (value) => isText(value) && [...hookable, "issue.*", "*"].includes(value),
    rule: "a known event type, issue.* or *",
  },
  command: {
    fits: (value) => isText(value) && value !== "" && !/\p{Cc}/u.test(value) && (value.startsWith("/") || !/[/\\\s]/.test(value)),
    rule: "an absolute path, or a bare name without separators and spaces",
  },
  args: { fits: (value) => Array.isArray(value) && value.every(isPlain), rule: "a list of texts" },
  timeout: duration(1, LONGEST_MS, 'a duration of up to 5m, such as "30s"'),
  working_dir: { fits: (value) => isText(value) && value.startsWith("/"), rule: "an absolute path" },
  env: {
    fits: (value) => isTable(value) && Object.entries(value).every(([name, text]) => isPlain(text) && /^(?!KATA_)[^=\0]+$/.test(name)),
    rule: "texts by names that do not begin with KATA_",
  },
};

export const hooksFile = ({ path }: Pick<Home, "path">): string => join(path, "hooks.toml");

/** Reads hooks.toml; no file is fine. Anything in it that is not right is refused, with file, line and key. */
export function readHooks(home: Pick<Home, "path">): Hooks {
  const path = hooksFile(home);
  const text = textOf(path);
  if (text === undefined) return { hooks: [], limits: limitsOf({}) };
  const { hooks = {}, hook = [], ...rest } = parseToml(path, text);
  const at: At = (key) => `${path}:${lineOf(text, key) ?? 1}`;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw new LocalError(
      "internal",
      `${at(unknown)}: unknown key ${unknown}`,
      "Hooks are [[hook]] tables; [hooks] has their common settings.",
    );
  checkTable(at, "hooks", hooks, general);
  if (!Array.isArray(hook) || hook.length > MOST_HOOKS)
    throw new LocalError(
      "internal",
      `${at("hook")}: hooks are [[hook]] tables, at most ${MOST_HOOKS}`,
      "Each begins with the line [[hook]].",
    );
  for (const [nth, table] of (hook as unknown[]).entries()) {
    const inside = insideHook(path, text, nth);
    checkTable(inside, "hook", table, each);
    const missing = ["event", "command"].find((key) => isTable(table) && !(key in table));
    if (missing !== undefined)
      throw new LocalError("internal", `${inside("hook")}: this [[hook]] has no ${missing}`, `It must be ${each[missing]?.rule}.`);
  }
  return { hooks: (hook as WrittenHook[]).map(hookOf), limits: limitsOf(hooks as WrittenLimits) };
}

type WrittenHook = Pick<Hook, "event" | "command"> & Partial<Pick<Hook, "args" | "working_dir" | "env">> & { timeout?: string };
type WrittenLimits = { [K in keyof HookLimits as K extends `${infer Name}_ms` ? Name : K]?: number | string };

function hookOf({ event, command, args = [], timeout = "30s", working_dir, env = {} }: WrittenHook): Hook {
  return { event, command, args, timeout_ms: parseDuration(timeout) ?? 0, working_dir, env };
}

function limitsOf(written: WrittenLimits): HookLimits {
  return {
    pool_size: Number(written.pool_size ?? 4),
    queue_cap: Number(written.queue_cap ?? 1_000),
    output_disk_cap: bytesOf(written.output_disk_cap ?? "100MB"),
    runs_log_max: bytesOf(written.runs_log_max ?? "50MB"),
    runs_log_keep: Number(written.runs_log_keep ?? 5),
    queue_full_log_interval_ms: parseDuration(String(written.queue_full_log_interval ?? "60s")) ?? 0,
  };
}

type At = (key: string) => string;

/** Where a key of one of the hooks stands: they all have the same keys, so it is looked for from that hook's first line on. */
function insideHook(path: string, text: string, nth: number): At {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, at) => (/^\s*\[\[\s*hook\s*\]\]/.test(line) ? [at] : []));
  const from = starts[nth] ?? 0;
  return (key) => `${path}:${from + (lineOf(lines.slice(from).join("\n"), key) ?? 1)}`;
}

function checkTable(at: At, name: string, table: unknown, checks: Record<string, Check>): void {
  if (!isTable(table)) throw new LocalError("internal", `${at(name)}: ${name} must be a table`, `It begins with the line [${name}].`);
  for (const [key, value] of Object.entries(table)) {
    const check = checks[key];
    const where = at(`${name}.${key}`);
    if (!check) {
      const near = closest(key, Object.keys(checks));
      throw new LocalError(
        "internal",
        `${where}: unknown key ${key}`,
        near ? `Did you mean ${near}?` : `Known keys: ${Object.keys(checks).join(", ")}.`,
      );
    }
    if (check.fits(value)) continue;
    const near = key === "event" && isText(value) ? closest(value, hookable) : undefined;
    throw new LocalError(
      "internal",
      `${where}: ${key} must be ${check.rule}, not ${JSON.stringify(value)}`,
      near ? `Did you mean ${near}?` : "Mend that line: the file counts as a whole or not at all.",
    );
  }
}
