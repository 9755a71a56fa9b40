import type { Home } from "./home.ts";
import { lineOf, readToml, type Shape, textOf, type Values } from "./toml.ts";

/** What `<KATA_HOME>/config.toml` may say (cli.md §6). */
const shape = {
  listen: "texts",
  listener: [{ address: "text", tls: "switch", cert: "text", key: "text", group: "text" }],
  allowed_hosts: "texts",
  "tls.cert": "text",
  "tls.key": "text",
  active_daemon: "text",
  "auth.token": "text",
  "auth.token_file": "text",
  "auth.token_env": "text",
  "auth.trust_private_network": "switch",
  "auth.require_token_identity": "switch",
  "auth.proxy.trusted_actor_header": "text",
  "auth.proxy.trusted_proxy_listeners": "texts",
  "close.throttle.enabled": "switch",
  "log.format": "text",
  "tui.mouse": "switch",
  daemon: [
    {
      name: "text",
      url: "text",
      local: "switch",
      home: "text",
      token: "text",
      token_file: "text",
      token_env: "text",
      ca_file: "text",
      allow_insecure: "switch",
      proxy: "text",
    },
  ],
} as const satisfies Shape;

/** The settings of config.toml, each undefined where the file says nothing. */
export type Settings = Values<typeof shape> & { path: string };

export function readSettings(home: Home): Settings {
  return { ...readToml(home.config, shape), path: home.config };
}

/** Where a value stands, as `path:line: key`; of a table that is there several times, in the `nth`. */
export function whereOf({ path }: Settings, key: string, nth?: number): string {
  return `${path}:${lineOf(textOf(path) ?? "", key, nth) ?? 1}: ${key}`;
}
