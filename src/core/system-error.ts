import { LocalError } from "./error.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "it is there already, and is something else",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "there is no such file or folder",
  ENOSPC: "no space is left",
  ENOTDIR: "a part of its path is no folder",
  EPERM: "permission denied",
  EROFS: "it can only be read",
};

/** Why the operating system refused something, in words. */
export function reasonOf(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

/** Whether the operating system refused something: whatever it says has a number, and not always the call. */
export function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && "errno" in thrown && "code" in thrown && /^E[A-Z0-9]+$/.test(String(thrown.code));
}

/** What the operating system refused, as a refusal of ours; undefined when it was not the operating system that did. */
export function ofSystem(thrown: unknown): LocalError | undefined {
  if (!isSystemError(thrown)) return undefined;
  const { path } = thrown;
  if (path === undefined) return new LocalError("internal", `The output can't be written: ${reasonOf(thrown)}.`, "Write it elsewhere.");
  const hint = "Mend that, or choose another place: kata keeps its own files where KATA_HOME, KATA_DB and XDG_RUNTIME_DIR say.";
  return new LocalError("internal", `${path} can't be used: ${reasonOf(thrown)}.`, hint);
}
