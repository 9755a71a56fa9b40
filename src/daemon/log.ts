import { fstatSync } from "node:fs";
import type { LogFormat } from "../config/log.ts";
import { lineSafe } from "../core/text.ts";

type Level = "info" | "warning" | "error";
type Fields = Readonly<Record<string, string | number | boolean>>;
/** One message; `trace` is where an error came from, on lines of its own. */
type Entry = { level: Level; message: string; fields: Fields; trace: readonly string[] };

/** As the journal takes them at the start of a line (sd-daemon(3)). */
const priorities: Record<Level, string> = { error: "<3>", warning: "<4>", info: "<6>" };

const writers = {
  text: ({ level, message, fields, trace }: Entry) => [`${now()} ${level} ${message}${shown(fields)}`, ...trace].join("\n"),
  /** The journal has the time of each line, and whose it is. */
  journal: ({ level, message, fields, trace }: Entry) =>
    [`${message}${shown(fields)}`, ...trace].map((line) => priorities[level] + line).join("\n"),
  json: ({ level, message, fields, trace }: Entry) =>
    JSON.stringify({ time: now(), level, msg: message, ...fields, ...(trace.length > 0 && { trace: trace.map((line) => line.trim()) }) }),
};

let writer: keyof typeof writers = "text";
const secrets = new Set<string>();

/** How the log is written from here on. True when a program reads it, so that nothing else should stand on stderr. */
export function openLog(format: LogFormat, env: Record<string, string | undefined>): boolean {
  writer = format === "text" && isJournal(env["JOURNAL_STREAM"]) ? "journal" : format;
  return writer !== "text";
}

/** What must not be in the log even where an error's own text has it. */
export function keepOutOfLog(secret: string | undefined): void {
  if (secret !== undefined && secret !== "") secrets.add(secret);
}

/** The daemon's own messages, on stderr. */
export function log(level: Level, message: string, fields: Fields = {}): void {
  write({ level, message, fields, trace: [] });
}

/** A fault, with its causes, so that it can be found. */
export function logError(what: string, thrown: unknown): void {
  const [first = "", ...trace] = traceOf(thrown);
  write({ level: "error", message: `${what}: ${first.trim()}`, fields: {}, trace });
}

function traceOf(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [String(thrown)];
  const own = (thrown.stack ?? String(thrown)).split("\n");
  return thrown.cause === undefined ? own : [...own, ...traceOf(thrown.cause).map((line, i) => (i === 0 ? `  caused by ${line}` : line))];
}

function write({ level, message, fields, trace }: Entry): void {
  const safe = Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? clean(value) : value]);
  console.error(writers[writer]({ level, message: clean(message), fields: Object.fromEntries(safe), trace: trace.map(clean) }));
}

/** One line, without anything that a terminal would obey, or that nobody may know. */
function clean(text: string): string {
  let safe = text.replaceAll(/kata_(?:[0-9A-Za-z]{8}|[\w-]{20})[\w-]*/g, "kata_…");
  for (const secret of secrets) safe = safe.replaceAll(secret, "…");
  return lineSafe(safe);
}

const now = (): string => new Date().toISOString();

function shown(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => ` ${name}=${/^[^\s"=]+$/.test(String(value)) ? value : JSON.stringify(value)}`)
    .join("");
}

/** Whether stderr is the very stream to the journal that the variable names: it is inherited by children that write elsewhere. */
function isJournal(stream: string | undefined): boolean {
  if (!stream) return false;
  try {
    const { dev, ino } = fstatSync(2);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
