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

/** What the operating system refused, rather than kata. */
export type SystemError = Error & { code: string; errno: number; path?: string };

export function isSystemError(thrown: unknown): thrown is SystemError {
  return thrown instanceof Error && "errno" in thrown && "code" in thrown && /^E[A-Z0-9]+$/.test(String(thrown.code));
}

/** Why the operating system refused something, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as SystemError;
  return REASONS[code] ?? message;
}
