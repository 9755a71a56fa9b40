import { KataError, LocalError } from "../core/error.ts";

/** What the system or the database refused, as an error for people; what is none of these stays as it is. */
export function told(what: string, error: unknown): unknown {
  if (error instanceof KataError || error instanceof LocalError || !(error instanceof Error)) return error;
  if ((error as NodeJS.ErrnoException).syscall === undefined && error.name !== "SQLiteError") return error;
  return new LocalError("internal", `${what}: ${reasonOf(error)}`);
}

/** Why it was refused, without the name of the file: some have names for a moment only. */
export function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/, \w+ '.*'$/, "");
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
