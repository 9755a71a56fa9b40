import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { runsFile, runsFiles } from "../../config/hook-runs.ts";
import type { HookLimits } from "../../core/hook.ts";
import type { HookRun } from "../../core/hook-run.ts";

/** Where runs are written down, a line each; once a file is full another is begun, and the oldest goes. */
export class HookLog {
  readonly folder: string;
  readonly #limits: Pick<HookLimits, "runs_log_max" | "runs_log_keep">;
  #size: number | undefined;

  constructor(folder: string, limits: Pick<HookLimits, "runs_log_max" | "runs_log_keep">) {
    this.folder = folder;
    this.#limits = limits;
  }

  append(run: HookRun): void {
    const line = Buffer.from(`${JSON.stringify(run)}\n`);
    this.#size ??= this.#begin();
    if (this.#size > 0 && this.#size + line.length > this.#limits.runs_log_max) this.#rotate();
    appendFileSync(runsFile(this.folder), line, { mode: 0o600 });
    this.#size += line.length;
  }

  /** How large the file is that an earlier daemon left. Half a line of it, which a loss of power may leave, gets an end. */
  #begin(): number {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const fd = openSync(runsFile(this.folder), "a+", 0o600);
    try {
      const { size } = fstatSync(fd);
      const last = Buffer.alloc(1);
      readSync(fd, last, 0, 1, Math.max(0, size - 1));
      if (size === 0 || last[0] === 0x0a) return size;
      appendFileSync(fd, "\n");
      return size + 1;
    } finally {
      closeSync(fd);
    }
  }

  #rotate(): void {
    const { runs_log_keep } = this.#limits;
    for (const path of runsFiles(this.folder).toReversed()) {
      const nth = Number(/\.(\d+)$/.exec(path)?.[1] ?? 0);
      if (nth >= runs_log_keep) rmSync(path, { force: true });
      else renameSync(path, runsFile(this.folder, nth + 1));
    }
    this.#size = 0;
  }
}
