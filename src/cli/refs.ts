import { KataError, LocalError } from "../core/error.ts";
import { parseRef, printRef } from "../core/ref.ts";
import type { Bound, Context } from "./command.ts";
import { askFor } from "./project.ts";

/** An issue as a command names it to the daemon. */
export type Subject = { project: Bound; ref: string };

/** Which project an issue's ref belongs to, and the ref as it goes into a path (cli.md §1.4). */
export async function subjectOf(context: Context, text: string): Promise<Subject> {
  const ref = checkRef(text);
  if ("uid" in ref) {
    const { issue } = await (await context.client()).call("issues.find", { params: { uid: ref.uid }, query: { include_deleted: "true" } });
    return { project: { id: issue.project_id, name: "" }, ref: ref.uid };
  }
  if (ref.project !== undefined) {
    return { project: await askFor(await context.client(), { name: ref.project }), ref: ref.short_id };
  }
  return { project: await boundTo(context, text), ref: ref.short_id };
}

async function boundTo(context: Context, text: string): Promise<Bound> {
  try {
    return await context.project();
  } catch (error) {
    if (context.global.project || !(error instanceof KataError && error.code === "project_not_initialized")) throw error;
    throw new LocalError(
      "validation",
      `No project is bound here, so it is not clear which ${text} is meant.`,
      `Write project#${text}, or use --project, or run \`kata init\` here.`,
    );
  }
}

/** A ref that can be one, or a refusal that says what one looks like. */
export function checkRef(text: string): NonNullable<ReturnType<typeof parseRef>> {
  const ref = parseRef(text);
  if (ref) return ref;
  const shape = "A ref is a short id such as abc4 (4 to 26 of 0-9 and a-z without i, l, o, u), project#abc4, or a ULID.";
  if (/^\d{1,3}$/.test(text)) throw new LocalError("validation", `${text} is no issue: numbers are not used any more.`, shape);
  throw new LocalError("validation", `${JSON.stringify(text)} can't be a ref.`, shape);
}

/** A ref of a link of an issue in this project, as it goes to the daemon. Another project's is refused. */
export function checkPeer(text: string, project: Bound): string {
  const ref = checkRef(text);
  if ("uid" in ref) return ref.uid;
  // The project's name is not known where its issue was named by ULID: then the daemon looks.
  if (ref.project === undefined || project.name === "" || ref.project === project.name) return printRef(ref);
  throw new LocalError(
    "validation",
    `${text} is in another project, and links stay within one: ${project.name}.`,
    "Name an issue of that project.",
  );
}
