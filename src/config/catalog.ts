import { shownAddress } from "../core/address.ts";
import { LocalError } from "../core/error.ts";
import { closest } from "../core/text.ts";
import type { Choice } from "./choice.ts";
import type { Settings } from "./settings.ts";
import { pathIn, tokenIn } from "./token.ts";

type Env = Record<string, string | undefined>;
type Entry = NonNullable<Settings["daemon"]>[number];

/** The `[[daemon]]` of this name. What is wrong with any entry is refused, with its line. */
export function findDaemon(settings: Settings, env: Env, name: string, chosen: Pick<Choice, "source" | "by">): Choice {
  const entries = settings.daemon ?? [];
  entries.forEach((entry, i) => checkEntry(settings.path, entry, entries.slice(0, i)));
  const entry = entries.find((each) => each.name === name);
  if (!entry) throw unknown(settings.path, name, chosen, entries);
  const { path } = settings;
  const at = `${path}:${entry.line}`;
  const own =
    entry.token || entry.token_file || entry.token_env ? { token: () => tokenIn(entry, `[[daemon]] ${name} in ${path}`, path, env) } : {};
  if (entry.url === undefined) return { ...chosen, name, kind: "local", home: entry.home && pathIn(path, entry.home, env), ...own };
  const { url, proxy, allow_insecure: insecure = false } = entry;
  return { ...chosen, name, kind: "remote", url, at, insecure, ca_file: entry.ca_file && pathIn(path, entry.ca_file, env), proxy, ...own };
}

function unknown(path: string, name: string, { source, by }: Pick<Choice, "source" | "by">, entries: readonly Entry[]): LocalError {
  const names = entries.map((each) => each.name ?? "");
  const near = closest(name, names);
  const known = names.length === 0 ? `Write it down in ${path}: [[daemon]] with a name and a url.` : `Known names: ${names.join(", ")}.`;
  return new LocalError(
    source === "daemon_flag" ? "usage" : "internal",
    `${by}: there is no [[daemon]] ${JSON.stringify(shownAddress(name))} in ${path}`,
    near ? `Did you mean ${near}?` : known,
  );
}

/** Keys that only make sense for a daemon of the one kind. */
const REMOTE = ["ca_file", "allow_insecure", "proxy"] as const;

function checkEntry(path: string, entry: Entry, before: readonly Entry[]): void {
  const { name = "", url, local = false, home, line } = entry;
  const refuse = (why: string, hint: string) => {
    throw new LocalError("internal", `${path}:${line}: [[daemon]] ${why}`, hint);
  };
  if (name.trim() === "") refuse("has no name", 'Name it: name = "work"');
  const twin = before.find((each) => each.name === name);
  if (twin) refuse(`${name} is there already, on line ${twin.line}`, "Give one of them another name.");
  if (url !== undefined && local)
    refuse(`${name} has both url and local = true`, "A url is for a daemon elsewhere; local = true for one of this machine.");
  if (url === undefined && !local) refuse(`${name} has no url`, "Give its url, or local = true for a daemon of this machine.");
  if (url !== undefined && home !== undefined) refuse(`${name} has both url and home`, "home is for local = true.");
  const lost = REMOTE.find((key) => url === undefined && entry[key] !== undefined);
  if (lost !== undefined) refuse(`${name} is of this machine, and ${lost} is for a url`, `Leave ${lost} out.`);
}
