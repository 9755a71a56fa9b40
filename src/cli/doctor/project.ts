import type { Client } from "../../client/client.ts";
import { aliasOf, boundName, findWorkspace } from "../../config/workspace.ts";
import type { Context } from "../command.ts";
import type { Checks } from "./check.ts";
import { probe } from "./probe.ts";

/** Whether the daemon knows the project that commands here would work in. It is looked up in lists: asking for it could add an alias. */
export async function checkProject(checks: Checks, client: Client | undefined, { folder, global }: Context): Promise<void> {
  if (!client) return checks.skip("workspace.project", "no daemon answers that could be asked");
  await checks.look("workspace.project", async () => {
    const workspace = findWorkspace(folder);
    const name = global.project || boundName(workspace);
    const { reply } = await probe(client, "projects.list", {});
    const found = reply.projects.find((project) => project.name === name);
    if (found) return { status: "ok", summary: `the daemon knows ${found.name}` };
    const alias = global.project ? undefined : aliasOf(workspace)?.identity;
    for (const { id } of alias === undefined ? [] : reply.projects) {
      const { reply: known } = await probe(client, "projects.show", { params: { project_id: id } });
      const has = known.aliases.some(({ alias_identity }) => alias_identity === alias);
      if (has) return { status: "ok", summary: `the daemon knows ${known.project.name} by the alias ${alias}` };
    }
    if (name === undefined && alias === undefined) return { status: "info", summary: "there is no project here" };
    const fix = "`kata init` creates it there; or choose the daemon that has it.";
    return { status: "warn", summary: `the daemon has no project ${name ?? `with the alias ${alias}`}`, fix };
  });
}
