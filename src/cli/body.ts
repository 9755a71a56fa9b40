import { LocalError } from "../core/error.ts";
import { reasonOf } from "../core/system-error.ts";
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
  if (given.length > 1) throw new LocalError("usage", `${given.join(" and ")} can't be used together`, "Give the text in one way.");
  if (body_stdin) return textOf("--body-stdin", await Bun.stdin.bytes());
  return body_file === undefined ? body : textOf(`--body-file ${body_file}`, readBytes(body_file));
}

function readBytes(path: string): Uint8Array {
  try {
    return process.getBuiltinModule("node:fs").readFileSync(path);
  } catch (error) {
    const hint = "Name a file with the text, or pass the text on: --body-stdin.";
    throw new LocalError("validation", `--body-file ${JSON.stringify(path)} can't be read: ${reasonOf(error)}.`, hint);
  }
}

/** Bytes that are no UTF-8 would be stored as something else. */
function textOf(from: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/[\r\n]+$/, "");
  } catch {
    throw new LocalError("validation", `${from} has bytes that are no UTF-8 text.`, "Convert it first: iconv -t UTF-8.");
  }
}
