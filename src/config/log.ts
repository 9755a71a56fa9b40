import { LocalError } from "../core/error.ts";
import type { Home } from "./home.ts";
import { readSettings } from "./settings.ts";

type Env = Record<string, string | undefined>;

const formats = ["text", "json"] as const;
/** How the daemon writes its log: lines for people, or an object a line. */
export type LogFormat = (typeof formats)[number];

/** `--log-format` over KATA_LOG_FORMAT over `[log] format`, else text. */
export function logFormat(home: Home, env: Env, flag: string | undefined): LogFormat {
  if (flag !== undefined) return check(flag, "--log-format", "usage");
  if (env["KATA_LOG_FORMAT"]) return check(env["KATA_LOG_FORMAT"], "KATA_LOG_FORMAT", "internal");
  const settings = readSettings(home);
  return check(settings["log.format"] ?? "text", `${settings.path}: [log] format`, "internal");
}

function check(given: string, from: string, kind: "usage" | "internal"): LogFormat {
  const found = formats.find((format) => format === given);
  if (found) return found;
  throw new LocalError(kind, `${from} must be ${formats.join(" or ")}, not ${JSON.stringify(given)}`);
}
