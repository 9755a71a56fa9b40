import type { Home } from "../config/home.ts";
import { isLocked } from "../config/lock.ts";
import { KataError, LocalError } from "../core/error.ts";
import type { Db } from "../store/db.ts";
import { readStore } from "../store/open.ts";
import { lookUp } from "../store/records.ts";
import { type Counts, type ExportOptions, exportRecords, type Sink } from "./export-records.ts";
import type { Watch } from "./import-records.ts";
import { openingOf } from "./opening.ts";
import { writeOutput } from "./outputs.ts";

export type ExportRequest = Omit<ExportOptions, "project_id"> & {
  home: Home;
  /** A path; or what takes the text instead. */
  output: string | Sink;
  project_name?: string | undefined;
  project_id?: number | undefined;
  allow_running_daemon: boolean;
  watch: Watch;
  notice(line: string): void;
};

/** Writes the database, or one project of it, as JSONL from one snapshot, beside whoever writes to it. */
export async function exportFile(request: ExportRequest): Promise<Counts> {
  const { home, output, compatible, include_deleted, watch, notice } = request;
  if (!request.allow_running_daemon && isLocked(home.lock)) {
    throw new LocalError(
      "validation",
      "A daemon of this database is running; --allow-running-daemon writes beside it.",
      "What is written then is the database as it is at one moment. Or end the daemon first: kata daemon stop.",
    );
  }
  return readStore(home.db, openingOf(notice), async (snapshot) => {
    const options = { compatible, include_deleted, project_id: await projectId(snapshot, request) };
    const watched = (write: Sink): Sink => {
      let lines = 0;
      return async (text) => {
        await write(text);
        for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
        await watch(lines);
      };
    };
    const work = (write: Sink) => exportRecords(snapshot, options, watched(write));
    return typeof output === "string" ? writeOutput(home, output, work) : work(output);
  });
}

const LIST = "List the projects with `kata projects list`.";

async function projectId(snapshot: Db, { project_name, project_id }: ExportRequest): Promise<number | undefined> {
  if (project_id !== undefined && (project_id <= 0 || (await lookUp(snapshot, "projects", "name", "id", project_id)) === undefined)) {
    throw new KataError("project_not_found", `There is no project with id ${project_id}.`, { hint: LIST });
  }
  if (project_name === undefined) return project_id;
  const id = await lookUp(snapshot, "projects", "id", "name", project_name);
  if (id === undefined || id === 0)
    throw new KataError("project_not_found", `There is no project ${JSON.stringify(project_name)}.`, { hint: LIST });
  if (project_id !== undefined && id !== project_id) {
    throw new LocalError(
      "validation",
      `--project ${project_name} has id ${id}, and --project-id says ${project_id}.`,
      "Leave one of them out.",
    );
  }
  return Number(id);
}
