import { KataError, LocalError } from "../core/error.ts";
import { reasonOf } from "../core/system-error.ts";

/** What the system or the database refused, as a refusal of ours that does not name files which have a name for a moment only. */
export function told(what: string, error: unknown): unknown {
  if (error instanceof KataError || error instanceof LocalError || !(error instanceof Error)) return error;
  if (!("syscall" in error) && error.name !== "SQLiteError") return error;
  return new LocalError("internal", `${what}: ${reasonOf(error)}.`, "Mend that, or choose another place.");
}

/** The same function, whose errors are told so. */
export function telling<Given extends unknown[], T>(what: string, work: (...given: Given) => Promise<T>): (...given: Given) => Promise<T> {
  return async (...given) => {
    try {
      return await work(...given);
    } catch (error) {
      throw told(what, error);
    }
  };
}
