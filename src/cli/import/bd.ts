import { LocalError } from "../../core/error.ts";
import type { Bead } from "./beads.ts";
import { Members } from "./members.ts";

type Env = Record<string, string | undefined>;
type Ran = { exit: number; stdout: string; stderr: string };

/** So many programs read comments at once. */
const AT_ONCE = 8;

/** Runs `bd`, the program of Beads, in a folder. */
export class Bd {
  readonly #folder: string;
  readonly #env: Env;

  constructor(folder: string, env: Env) {
    this.#folder = folder;
    this.#env = env;
  }

  /** What `bd export` writes: JSON lines. Those that remember nothing do not know the flag. */
  async export(): Promise<string> {
    const ran = await this.#run(["export", "--no-memories"]);
    const isOld = ran.exit !== 0 && /unknown flag/i.test(ran.stderr);
    return outputOf(isOld ? await this.#run(["export"]) : ran, "export");
  }

  /** The comments of each bead, whose ids they are kept under. Where the export brings comments along, it brings all. */
  async comments(beads: readonly Bead[]): Promise<Map<string, readonly Members[]>> {
    const found = new Map<string, readonly Members[]>();
    const hasAll = beads.some(({ issue }) => issue.has("comments"));
    const left = beads.filter(({ id, issue }) => {
      if (hasAll) found.set(id, issue.list("comments", "comment"));
      return !hasAll && issue.number("comment_count") !== 0;
    });
    const next = left.values();
    const work = async () => {
      for (const { id } of next) found.set(id, await this.#commentsOf(id));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return found;
  }

  async #commentsOf(id: string): Promise<readonly Members[]> {
    const text = outputOf(await this.#run(["comments", id, "--json"]), `comments ${id}`);
    let comments: unknown;
    try {
      comments = JSON.parse(text.trim() || "[]");
    } catch {
      throw new LocalError("internal", `\`bd comments ${id} --json\` wrote something that is no JSON.`, "Run it by itself to see what.");
    }
    return new Members(id, { comments }).list("comments", "comment");
  }

  async #run(words: readonly string[]): Promise<Ran> {
    try {
      const child = Bun.spawn(["bd", ...words], { cwd: this.#folder, env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
      const [stdout, stderr, exit] = await Promise.all([child.stdout.bytes(), child.stderr.text(), child.exited]);
      return { exit, stdout: new TextDecoder("utf-8", { fatal: true }).decode(stdout), stderr };
    } catch (error) {
      if (error instanceof TypeError) throw new LocalError("internal", `\`bd ${words.join(" ")}\` wrote bytes that are no UTF-8 text.`);
      throw new LocalError(
        "internal",
        "`bd`, the program of Beads, is not on the PATH.",
        "Install it, or import the file that it keeps: kata import --source-format beads --input .beads/issues.jsonl",
      );
    }
  }
}

function outputOf({ exit, stdout, stderr }: Ran, what: string): string {
  if (exit === 0) return stdout;
  const [why] = stderr.trim().split("\n").slice(-1);
  throw new LocalError("internal", `\`bd ${what}\` failed${why ? `: ${why}` : ` with exit code ${exit}`}`, "Run it by itself to see why.");
}
