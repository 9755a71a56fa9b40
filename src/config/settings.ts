import type { Home } from "./home.ts";
import { type Read, readToml, type Shape } from "./toml.ts";

/** What `<KATA_HOME>/config.toml` may say (cli.md §6). */
const shape = {
  listen: "texts",
  "auth.token": "text",
  "auth.require_token_identity": "switch",
  "auth.proxy.trusted_actor_header": "text",
  "auth.proxy.trusted_proxy_listeners": "texts",
  "close.throttle.enabled": "switch",
  "tui.mouse": "switch",
} as const satisfies Shape;

type Values = { text: string; texts: string | string[]; switch: boolean; number: number };

/** The settings of config.toml, each undefined where the file says nothing. */
export type Settings = { [K in keyof typeof shape]?: Values[(typeof shape)[K]] } & { path: string };

export function readSettings(home: Home): Settings {
  const read: Read | undefined = readToml(home.config, shape);
  return { ...Object.fromEntries(read?.values ?? []), path: home.config };
}
