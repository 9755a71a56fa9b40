/** Small files, read without node:fs, which takes longer to load than all of them to read. */

/** What the runtime gives as `lastModified` of a file that is not there. */
const NOWHERE = 2 ** 52 - 1;

export const isThere = (path: string): boolean => Bun.file(path).lastModified !== NOWHERE;
/** What ends in `/.` is only there in a folder. */
export const isFolder = (path: string): boolean => isThere(`${path}/.`);
export const isFile = (path: string): boolean => isThere(path) && !isFolder(path);

/** Texts that were read ahead, by path. Each is given once, and then the file is read anew. */
const ahead = new Map<string, string>();

/** Reads files that will be wanted, all at once, and gives their texts. One that can't be read is left for `textAt` to say why. */
export async function readAhead(paths: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(
    paths.map(async (path) => {
      if (!isThere(path)) return undefined;
      const text = await Bun.file(path)
        .text()
        .catch(() => undefined);
      if (text !== undefined) ahead.set(path, text);
      return text;
    }),
  );
}

/** A file's text; undefined where there is none. */
export function textAt(path: string): string | undefined {
  const known = ahead.get(path);
  if (ahead.delete(path)) return known;
  return isThere(path) ? process.getBuiltinModule("node:fs").readFileSync(path, "utf8") : undefined;
}

/** The names of what is in a folder; none where there is no such folder, or it can't be read. */
export function namesIn(folder: string): string[] {
  if (!isFolder(folder)) return [];
  try {
    return process.getBuiltinModule("node:fs").readdirSync(folder);
  } catch {
    return [];
  }
}
