import type { Home } from "./home.ts";
import { readToml, type Shape, type Values } from "./toml.ts";

/** What `<KATA_HOME>/config.toml` may say (cli.md §6). */
const shape = {
  listen: "texts",
  active_daemon: "text",
  "auth.token": "text",
  "auth.token_file": "text",
  "auth.token_env": "text",
  "close.throttle.enabled": "switch",
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
