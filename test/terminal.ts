import { binary } from "./binary.ts";
import type { Workspace } from "./workspace.ts";

type Options = { columns?: number; env?: Record<string, string | undefined>; types?: string; until?: string };

/** Runs kata on a terminal of so many columns, at which somebody types once it has shown something: a question, or so. */
export async function onTerminal(kata: Workspace, words: readonly string[], options: Options = {}) {
  const { columns = 80, env, types, until = ":\r\n" } = options;
  let shown = "";
  let unsaid = types;
  const decoder = new TextDecoder();
  const child = Bun.spawn([binary(), ...words], {
    cwd: kata.dir,
    env: { ...kata.env, TERM: "xterm-256color", ...env },
    timeout: 30_000,
    terminal: {
      cols: columns,
      rows: 24,
      data(terminal, piece) {
        shown += decoder.decode(piece, { stream: true });
        if (unsaid !== undefined && shown.includes(until)) {
          terminal.write(unsaid);
          unsaid = undefined;
        }
      },
    },
  });
  const exit = await child.exited;
  // What the terminal still holds comes after the end of who wrote it.
  for (let quiet = 0, before = -1; quiet < 3; before = shown.length) {
    await Bun.sleep(10);
    quiet = shown.length === before ? quiet + 1 : 0;
  }
  child.terminal?.close();
  return { exit, shown: shown.replaceAll("\r\n", "\n") };
}
