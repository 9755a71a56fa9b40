/** Paths as POSIX has them: node:path takes half a millisecond to load. */

/** The last of the parts that is absolute with those after it, or else all of them from the working directory on. */
export function resolve(...parts: readonly string[]): string {
  const from = parts.findLastIndex((part) => part.startsWith("/"));
  return join(...(from < 0 ? [process.cwd(), ...parts] : parts.slice(from)));
}

/** The parts as one path, without empty steps and `.`, and with `..` taken back as far as there is something before it. */
export function join(...parts: readonly string[]): string {
  const path = parts.filter((part) => part !== "").join("/");
  const root = path.startsWith("/") ? "/" : "";
  const steps: string[] = [];
  for (const step of path.split("/")) {
    if (step === "" || step === ".") continue;
    if (step !== "..") steps.push(step);
    else if (steps.length > 0 && steps.at(-1) !== "..") steps.pop();
    else if (root === "") steps.push(step);
  }
  return root + steps.join("/") || ".";
}

/** The folder that a path lies in; the root's is itself. Of a path as the above give it. */
export function dirname(path: string): string {
  const at = path.lastIndexOf("/");
  if (at < 0) return ".";
  return at === 0 ? "/" : path.slice(0, at);
}

/** The last step of a path as the above give it. */
export const basename = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
