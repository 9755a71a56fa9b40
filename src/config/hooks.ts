import { join } from "node:path";
import { LocalError } from "../core/error.ts";
import { closest } from "../core/text.ts";
import { parseDuration } from "../core/time.ts";
import type { Home } from "./home.ts";
import { lineOf, parseToml, textOf } from "./toml.ts";

/** What a hook may be run for (cli.md §6.1). */
const HOOKABLE = new Set(
  (
    "issue.created issue.updated issue.closed issue.reopened issue.commented issue.linked issue.unlinked issue.labeled issue.unlabeled " +
    "issue.assigned issue.unassigned issue.priority_set issue.priority_cleared issue.soft_deleted issue.restored issue.links_changed close.throttled"
  ).split(" "),
);
const MOST_HOOKS = 256;
const LONGEST_MS = 5 * 60_000;

type Check = { fits(value: unknown): boolean; rule: string };

const whole = (least: number, most: number): Check => ({
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  rule: `a whole number from ${least} to ${most}`,
});
const size: Check = {
  fits: (value) => (Number.isSafeInteger(value) && Number(value) > 0) || (typeof value === "string" && /^\d+\s*(?:KB?|MB?)$/.test(value)),
  rule: 'bytes, or a size such as "100MB"',
};
const duration = (least: number, most: number, rule: string): Check => ({
  fits: (value) => typeof value === "string" && (parseDuration(value) ?? -1) >= least && (parseDuration(value) ?? -1) <= most,
  rule,
});

const general: Record<string, Check> = {
  pool_size: whole(1, 16),
  queue_cap: whole(1, 10_000),
  output_disk_cap: size,
  runs_log_max: size,
  runs_log_keep: whole(1, 100),
  queue_full_log_interval: duration(1_000, Number.MAX_SAFE_INTEGER, 'a duration of 1s or more, such as "60s"'),
};

const isText = (value: unknown): value is string => typeof value === "string";
const isTable = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const each: Record<string, Check> = {
  event: {
    fits: (value) => isText(value) && (HOOKABLE.has(value) || value === "issue.*" || value === "*"),
    rule: "a known event type, issue.* or *",
  },
  command: {
    fits: (value) => isText(value) && value !== "" && !/\p{Cc}/u.test(value) && (value.startsWith("/") || !/[/\\\s]/.test(value)),
    rule: "an absolute path, or a bare name without separators and spaces",
  },
  args: { fits: (value) => Array.isArray(value) && value.every(isText), rule: "a list of texts" },
  timeout: duration(1, LONGEST_MS, 'a duration of up to 5m, such as "30s"'),
  working_dir: { fits: (value) => isText(value) && value.startsWith("/"), rule: "an absolute path" },
  env: {
    fits: (value) => isTable(value) && Object.entries(value).every(([name, text]) => isText(text) && !name.startsWith("KATA_")),
    rule: "texts by names that do not begin with KATA_",
  },
};

/** Refuses a hooks.toml with anything in it that is not right, with file, line and key. No file is fine. */
export function checkHooks(home: Home): void {
  const path = join(home.path, "hooks.toml");
  const text = textOf(path);
  if (text === undefined) return;
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
    const near = key === "event" && isText(value) ? closest(value, [...HOOKABLE]) : undefined;
    throw new LocalError(
      "internal",
      `${where}: ${key} must be ${check.rule}, not ${JSON.stringify(value)}`,
      near ? `Did you mean ${near}?` : "Mend that line: the file counts as a whole or not at all.",
    );
  }
}
