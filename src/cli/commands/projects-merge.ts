import { boundName, findWorkspace, rebind } from "../../config/workspace.ts";
import { LocalError } from "../../core/error.ts";
import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { selectProject } from "../selector.ts";

export const projectsMerge = command({
  name: "projects merge",
  summary: "Move everything of a project into another, which survives",
  examples: ["kata projects merge old-tools tools"],
  words: ["source", "target"],
  flags: { rename_target: { kind: "text", value: "NAME", help: "give the survivor another name" } },
  async run({ source: from, target: into, rename_target }, { client, folder }) {
    const daemon = await client();
    const [{ project: source }, { project: target }] = [await selectProject(daemon, from), await selectProject(daemon, into)];
    if (source.id === target.id)
      throw new LocalError(
        "validation",
        `${JSON.stringify(from)} and ${JSON.stringify(into)} are the same project.`,
        "`kata projects list` lists the others.",
      );
    const body = { source_project_id: source.id, target_name: rename_target ?? null };
    const data = await daemon.call("projects.merge", { params: { project_id: target.id }, body });
    follow(folder, source.name, data.target.name);
    const moved = [count(data.issues_moved, "issue"), count(data.aliases_moved, "alias"), count(data.events_moved, "event")];
    if (data.purge_logs_moved > 0) moved.push(count(data.purge_logs_moved, "purge log"));
    const name = lineSafe(data.target.name);
    const extended = (data.short_id_extensions ?? []).map(
      ({ pre_merge_short_id, post_merge_short_id }) =>
        `extended ${name}#${post_merge_short_id} from ${pre_merge_short_id} to ${post_merge_short_id}`,
    );
    const line = `merged project #${source.id} into #${target.id} (${name}); moved ${moved.join(", ")}`;
    return { data, text: [line, ...extended].join("\n") };
  },
});

function count(n: number, noun: string): string {
  if (n === 1) return `1 ${noun}`;
  return `${n} ${noun}${noun.endsWith("s") ? "es" : "s"}`;
}

/** The caller's own workspace follows at once; others do with their next command. */
function follow(folder: string, source: string, target: string): void {
  const workspace = findWorkspace(folder);
  try {
    if (boundName(workspace) === source) rebind(workspace, target);
  } catch {
    // A broken file is told by the command that needs it.
  }
}
