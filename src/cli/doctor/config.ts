import { existsSync } from "node:fs";
import { daemonConfig } from "../../config/daemon.ts";
import { withoutOwnTokens } from "../../config/token.ts";
import { hooksFile, readHooks } from "../../config/hooks.ts";
import { boundName, findWorkspace } from "../../config/workspace.ts";
import type { Context } from "../command.ts";
import type { Checks } from "./check.ts";

/** The files that kata reads: config.toml, the workspace's, hooks.toml. */
export async function checkConfig(checks: Checks, { env, home, folder, asking }: Context): Promise<void> {
  await checks.look("config.daemon", () => {
    asking.settings();
    daemonConfig(home, withoutOwnTokens(env), { insecure_readonly: false });
    if (!existsSync(home.config)) return { status: "ok", summary: `there is no ${home.config}: all is as usual` };
    return { status: "ok", summary: `${home.config} can be read, and a daemon starts with it` };
  });
  await checks.look("config.workspace", () => {
    const workspace = findWorkspace(folder);
    const name = boundName(workspace);
    if (name !== undefined) return { status: "ok", summary: `${workspace.root} belongs to the project ${name}` };
    const summary =
      workspace.git_root === undefined ? `${workspace.start} belongs to no project` : `${workspace.git_root} has no .kata.toml`;
    return { status: "info", summary, fix: "`kata init` binds it to a project." };
  });
  await checks.look("config.hooks", () => {
    const { hooks } = readHooks(home);
    const path = hooksFile(home);
    return { status: "ok", summary: existsSync(path) ? `${path} can be read: ${hooks.length} hooks` : "there are no hooks" };
  });
}
