import { STOP_MS } from "../../config/runtime.ts";
import { checkAddresses, checkPath, checkUser, serveWords, type ServiceFlags } from "./program.ts";

const LABEL = "local.kata";

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** A property list for launchd (launchd.plist(5)): an agent of whoever loads it, or with a user's name a daemon of the machine. */
export function launchdPlist(binary: string, home: string, flags: ServiceFlags): string {
  const { user, token_file } = flags;
  checkAddresses(flags.listen);
  const place = user === undefined ? "~/Library/LaunchAgents" : "/Library/LaunchDaemons";
  const domain = user === undefined ? "gui/$(id -u)" : "system";
  const job: Value = {
    Label: LABEL,
    ProgramArguments: serveWords(binary, flags),
    EnvironmentVariables: {
      KATA_HOME: checkPath("--home", home),
      ...(token_file !== undefined && { KATA_AUTH_TOKEN_FILE: checkPath("--token-file", token_file) }),
    },
    ...(user !== undefined && { UserName: checkUser(user) }),
    RunAtLoad: true,
    // Started anew when it fails, and not when somebody ended it.
    KeepAlive: { SuccessfulExit: false },
    ExitTimeOut: STOP_MS / 1_000 + 5,
    Umask: 0o077,
    WorkingDirectory: "/",
    StandardOutPath: "/dev/null",
    StandardErrorPath: `${home}/daemon.log`,
    SoftResourceLimits: { Core: 0, NumberOfFiles: 8_192 },
    HardResourceLimits: { Core: 0, NumberOfFiles: 8_192 },
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- kata under launchd: save this as ${place}/${LABEL}.plist, make the folder of KATA_HOME, and
     launchctl bootstrap ${domain} ${place}/${LABEL}.plist -->
<plist version="1.0">
${element(job)}
</plist>`;
}

function element(value: Value, indent = ""): string {
  if (typeof value === "string") return `${indent}<string>${escaped(value)}</string>`;
  if (typeof value === "number") return `${indent}<integer>${value}</integer>`;
  if (typeof value === "boolean") return `${indent}<${value}/>`;
  const deeper = `${indent}  `;
  const [tag, lines] = Array.isArray(value)
    ? ["array", value.map((item: Value) => element(item, deeper))]
    : ["dict", Object.entries(value).flatMap(([key, item]) => [`${deeper}<key>${escaped(key)}</key>`, element(item as Value, deeper)])];
  return [`${indent}<${tag}>`, ...lines, `${indent}</${tag}>`].join("\n");
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
