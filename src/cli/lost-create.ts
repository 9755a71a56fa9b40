import { LocalError } from "../core/error.ts";
import { shellWords } from "./shell.ts";

/** A command that is longer is not worth to be read again. */
const LONGEST = 1_000;

type Lost = { argv: readonly string[]; key: string | undefined; givenKey: boolean; fromStdin: boolean };

/** The error of a create whose reply was lost: with a key it may be sent again, as often as it takes. */
export function lostCreate(error: LocalError, { argv, key, givenKey, fromStdin }: Lost): LocalError {
  const code = "create_outcome_unknown" as const;
  if (key === undefined) return new LocalError(error.kind, error.message, error.hint, { code });
  const words = ["--idempotency-key", key];
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const retry = shellWords(["kata", ...(givenKey ? argv : argv.toSpliced(end, 0, ...words))]);
  const stdin = fromStdin ? ", with the same text on stdin" : "";
  const again = retry.length <= LONGEST ? `${stdin}: ${retry}` : `${stdin}, and ${shellWords(words)}`;
  return new LocalError(error.kind, error.message, `Send the same again: its key sees to it that it is created once${again}`, {
    code,
    data: { idempotency_key: key, retry },
  });
}
