import { LocalError } from "../core/error.ts";
import type { Flags } from "./args.ts";

/** The three ways to give a text. */
export const bodyFlags = {
  body: { kind: "text", help: "the text" },
  body_file: { kind: "text", value: "PATH", help: "a file with the text" },
  body_stdin: { kind: "switch", help: "read the text from stdin" },
} as const satisfies Flags;

type Bodies = { body: string | undefined; body_file: string | undefined; body_stdin: boolean };

/** The text that was given, without the line ends at the end of a file; undefined when none was. */
export async function readBody({ body, body_file, body_stdin }: Bodies): Promise<string | undefined> {
  const given = [body !== undefined && "--body", body_file !== undefined && "--body-file", body_stdin && "--body-stdin"].filter(Boolean);
  if (given.length > 1) throw new LocalError("usage", `${given.join(" and ")} can't be used together`);
  if (body_stdin) return trimEnd(await Bun.stdin.text());
  return body_file === undefined ? body : trimEnd(readText(body_file));
}

function readText(path: string): string {
  try {
    return process.getBuiltinModule("node:fs").readFileSync(path, "utf8");
  } catch (error) {
    throw new LocalError("validation", `--body-file ${path} can't be read: ${(error as Error).message}`);
  }
}

const trimEnd = (text: string): string => text.replace(/[\r\n]+$/, "");
