import { KataError } from "../core/error.ts";
import { checkConfirmation, confirmationOf, type Deed } from "../core/confirmation.ts";
import { wholeIdHint } from "../core/ref.ts";
import type { Flags } from "./args.ts";
import { type Context } from "./command.ts";
import { printErr } from "./print.ts";
import { type Subject, subjectOf } from "./refs.ts";
import { isInteractive } from "./terminal.ts";

/** The flags of what can't be taken back at once. */
export const confirmFlags = {
  force: { kind: "switch", help: "needed, so that it is never done by mistake" },
  confirm: { kind: "text", value: "WORDS", help: "the words that confirm it" },
} as const satisfies Flags;

type Given = { force: boolean; confirm: string | undefined };
export type Confirmed = { subject: Subject; words: string; name: string };

/**
 * The issue that a deed is meant for, by its present name, and the words that confirm it: from --confirm, which the daemon
 * judges, or typed on a terminal. Off a terminal nothing is asked (cli.md §2.3).
 */
export async function confirmed(context: Context, deed: Deed, text: string, { force, confirm }: Given): Promise<Confirmed> {
  if (!force)
    throw new KataError("validation", `${deed.toLowerCase()} needs --force.`, {
      hint: "It also wants to be confirmed, by --confirm or on a terminal.",
    });
  const subject = await subjectOf(context, text);
  const client = await context.client();
  const params = { project_id: subject.project.id, ref: subject.ref };
  const { issue } = await client.call("issues.show", { params, query: { include_deleted: deed === "PURGE" } });
  const project =
    subject.project.name === ""
      ? (await client.call("projects.show", { params: { project_id: issue.project_id } })).project
      : subject.project;
  if (subject.ref !== issue.short_id && subject.ref !== issue.uid)
    throw new KataError("issue_not_found", `There is no issue ${JSON.stringify(text)} in project ${project.name}.`, {
      hint: wholeIdHint(project, issue),
    });
  const wanted = confirmationOf(deed, project, issue);
  const words = confirm ?? (await ask(wanted));
  // They travel in a header, which holds no line ends; the wanted words have none either.
  if (/\p{Cc}/u.test(words)) checkConfirmation(deed, project, issue, words);
  return { subject: { project, ref: issue.short_id }, words, name: wanted.slice(deed.length + 1) };
}

async function ask(wanted: string): Promise<string> {
  const way = `--confirm ${JSON.stringify(wanted)}`;
  if (!isInteractive()) throw new KataError("confirm_required", "This wants to be confirmed.", { hint: `Add ${way}.` });
  printErr(`Type ${wanted} to confirm:`);
  for await (const line of console) {
    if (line === wanted) return line;
    throw new KataError("confirm_mismatch", `${JSON.stringify(line)} is not ${wanted}: nothing was done.`, {
      hint: `Try again, and type it as it is shown, or add ${way}.`,
    });
  }
  throw new KataError("confirm_required", "Nothing was typed: nothing was done.", { hint: `Add ${way}.` });
}
