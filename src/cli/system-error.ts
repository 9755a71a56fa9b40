import { LocalError } from "../core/error.ts";
import { isSystemError, reasonOf } from "../core/system-error.ts";

/** What the operating system refused, as a refusal of ours; undefined when it was not the operating system that did. */
export function ofSystem(thrown: unknown): LocalError | undefined {
  if (!isSystemError(thrown)) return undefined;
  const { path } = thrown;
  if (path === undefined) return new LocalError("internal", `The output can't be written: ${reasonOf(thrown)}.`, "Write it elsewhere.");
  const hint = "Mend that, or choose another place: kata keeps its own files where KATA_HOME, KATA_DB and XDG_RUNTIME_DIR say.";
  return new LocalError("internal", `${path} can't be used: ${reasonOf(thrown)}.`, hint);
}
