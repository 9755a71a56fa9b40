import { LocalError } from "../../core/error.ts";
import { reasonOf } from "../../core/system-error.ts";
import type { Answer, Context } from "../command.ts";
import { type Batch, sendBatch } from "./batch.ts";
import { Bd } from "./bd.ts";
import { beadsBatch, beadsOf } from "./beads.ts";
import { GITHUB_MEMBERS, githubBatch } from "./github.ts";

type Input = string | undefined;

/** The trackers whose issues can be brought over, by the name of their format. */
const trackers: Readonly<Record<string, (context: Context, input: Input) => Promise<Batch>>> = { beads: fromBeads, github: fromGithub };

/** Brings over the issues of another tracker: new ones, and newer states of those that came before. */
export async function importTracker(context: Context, format: string, input: Input): Promise<Answer> {
  const read = Object.hasOwn(trackers, format) ? trackers[format] : undefined;
  if (!read)
    throw new LocalError(
      "validation",
      `--source-format must be one of ${Object.keys(trackers).join(", ")}, not ${JSON.stringify(format)}.`,
      "`kata help import` says what each wants.",
    );
  return sendBatch(context, await read(context, input));
}

/** What `bd` exports here, or has exported to a file. */
async function fromBeads(context: Context, input: Input): Promise<Batch> {
  const bd = new Bd(context.folder, context.env);
  const { beads, left_out } = beadsOf(input === undefined ? await bd.export() : await inputText(input));
  const comments =
    input === undefined ? await bd.comments(beads) : new Map(beads.map(({ id, issue }) => [id, issue.list("comments", "comment")]));
  const batch = beadsBatch(beads, comments);
  return { ...batch, left_out: [...left_out, ...batch.left_out] };
}

async function fromGithub(_: Context, input: Input): Promise<Batch> {
  const made = `Make it with \`gh issue list --state all --limit 100000 --json ${GITHUB_MEMBERS} > issues.json\`.`;
  if (!input) throw new LocalError("validation", "--input is missing: the file with the issues of GitHub, or - for stdin.", made);
  const text = await inputText(input);
  let dump: unknown;
  try {
    dump = JSON.parse(text);
  } catch (error) {
    throw new LocalError("validation", `${input} is no JSON (${error instanceof Error ? error.message : "unreadable"}).`, made);
  }
  return githubBatch(dump);
}

async function inputText(input: string): Promise<string> {
  const bytes = input === "-" ? await Bun.stdin.bytes() : await fileBytes(input);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new LocalError("validation", `${input} has bytes that are no UTF-8 text.`, "Convert it first: iconv -t UTF-8.");
  }
}

async function fileBytes(path: string): Promise<Uint8Array> {
  try {
    return await Bun.file(path).bytes();
  } catch (error) {
    throw new LocalError(
      "internal",
      `--input ${JSON.stringify(path)} can't be read: ${reasonOf(error)}.`,
      "Name the file, or - for stdin.",
    );
  }
}
