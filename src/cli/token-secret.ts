import { resolve } from "node:path";
import type { MintedToken } from "../api/tokens.ts";
import type { TokenOut } from "../api/shapes.ts";
import { LocalError } from "../core/error.ts";
import { lineSafe } from "../core/text.ts";
import { parseDuration } from "../core/time.ts";
import { LONGEST_LIFE_S } from "../core/token.ts";
import type { Flags } from "./args.ts";
import type { Answer, Context } from "./command.ts";
import { newSecretFile, type SecretFile } from "./secret-file.ts";

/** How long a new token lives, and where its secret goes. */
export const secretFlags = {
  expires_in: { kind: "text", value: "DURATION", help: "end it by itself after so long, such as 12h or 30d" },
  token_file: { kind: "text", value: "PATH", help: "write the secret to this new file, and don't print it" },
} as const satisfies Flags;

/** Whole seconds of --expires-in. */
export function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Math.floor((parseDuration(text) ?? 0) / 1_000);
  if (seconds >= 1 && seconds <= LONGEST_LIFE_S) return seconds;
  throw new LocalError(
    "validation",
    `--expires-in must be a duration from 1s to ten years, not ${JSON.stringify(text)}.`,
    "Such as 12h or 30d.",
  );
}

/**
 * Has a token made, and gives its secret once: printed, or in a new file. Where the file can't be written after all, the
 * token is ended again, since nobody has it.
 */
export async function deliver(
  context: Context,
  path: string | undefined,
  make: () => Promise<MintedToken>,
  deed: (line: string) => string,
): Promise<Answer> {
  if (path === undefined) {
    const data = await make();
    const lines = `${deed(tokenLine(data.token))}\n${data.plaintext}`;
    return { data, text: lines, quiet: data.plaintext, notices: ["kata: keep it now, it is not shown again"] };
  }
  const file = newSecretFile(resolve(path));
  const { plaintext, ...data } = await make().catch((error: unknown) => {
    file.discard();
    throw error;
  });
  await keep(context, file, plaintext, data.token);
  return { data: { ...data, token_file: file.path }, text: `${deed(tokenLine(data.token))}\nits secret is in ${path}`, quiet: "" };
}

async function keep({ client }: Context, file: SecretFile, plaintext: string, { id }: TokenOut): Promise<void> {
  try {
    file.write(plaintext);
  } catch (error) {
    file.discard();
    const why = `${file.path} can't be written: ${(error as Error).message}.`;
    const ended = await (await client()).call("tokens.revoke", { params: { token_id: id }, body: {} }).then(
      () => true,
      () => false,
    );
    if (ended) throw new LocalError("internal", `${why} The new token was revoked again.`, "Choose another place, and make another.");
    throw new LocalError("internal", `${why} The new token could not be revoked either.`, `Do so: kata tokens revoke ${id}`);
  }
}

/** A token on one line: `token 3 of wesm (laptop), until 2026-12-01T00:00:00.000Z`. */
export function tokenLine({ id, actor, name, expires_at, read_only }: TokenOut): string {
  const named = name === null ? "" : ` (${lineSafe(name)})`;
  const kind = read_only ? "read-only token" : "token";
  return `${kind} ${id} of ${lineSafe(actor)}${named}${expires_at === undefined ? "" : `, until ${expires_at}`}`;
}
