import { closeSync, constants, fstatSync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { flockOpen, isLocked } from "../../config/lock.ts";
import { log } from "../log.ts";

const WATCH_MS = 500;
/** What a file takes of the disk at least: without it, files with nothing in them would never be too many. */
const BLOCK = 4_096;
const FRESH = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

type Output = { path: string; fd: number };
/** What became of the files of a run. */
export type Written = { stdout_path: string; stderr_path: string; stdout_bytes: number; stderr_bytes: number };
/** The files of one run; `end` closes them, and takes them away where nothing ever ran. */
export type RunFiles = { stdin: number; stdout: Output; stderr: Output; end(ran: boolean): Written };

/** What hooks have written: a file for each stream of each run, of which the oldest go once there is too much. */
export class HookOutputs {
  readonly #folder: string;
  readonly #cap: number;
  /** What each file takes of the disk, from old to new; those of runs that go on are not in it yet. */
  #sizes: Map<string, number> | undefined;
  #total = 0;

  constructor(folder: string, cap: number) {
    this.#folder = folder;
    this.#cap = cap;
  }

  /** Opens the files of a run, with `input` to be read from the first. */
  open(eventId: number, index: number, input: Uint8Array): RunFiles {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const [stdout, stderr] = [this.#create(`${eventId}.${index}.out`), this.#create(`${eventId}.${index}.err`)];
    const stdin = this.#input(`${eventId}.${index}.in`, input);
    const watch = setInterval(() => this.#restrain([stdout, stderr]), WATCH_MS);
    const end = (ran: boolean): Written => {
      clearInterval(watch);
      for (const { fd } of [{ fd: stdin }, stdout, stderr]) closeSync(fd);
      if (ran) return this.#keep(stdout.path, stderr.path);
      for (const { path } of [stdout, stderr]) rmSync(path, { force: true });
      return { stdout_path: "", stderr_path: "", stdout_bytes: 0, stderr_bytes: 0 };
    };
    return { stdin, stdout, stderr, end };
  }

  /** Whether a run of this event still goes on: one that a daemon which died has left behind holds the lock on its stdout. */
  isHeld(eventId: number, index: number): boolean {
    const path = join(this.#folder, `${eventId}.${index}.out`);
    return statSync(path, { throwIfNoEntry: false }) !== undefined && isLocked(path);
  }

  #create(name: string): Output {
    const path = join(this.#folder, name);
    const fd = openSync(path, FRESH, 0o600);
    flockOpen(fd);
    return { path, fd };
  }

  /** A file without a name: the runtime's own way to pass bytes keeps a descriptor open until memory is collected. */
  #input(name: string, input: Uint8Array): number {
    const path = join(this.#folder, name);
    const fd = openSync(path, "w+", 0o600);
    rmSync(path);
    for (let at = 0; at < input.length;) at += writeSync(fd, input, at, input.length - at, at);
    return fd;
  }

  /** Empties the files of a run that writes without end, before they fill the disk. */
  #restrain(outputs: readonly Output[]): void {
    const size = outputs.reduce((sum, { fd }) => sum + fstatSync(fd).size, 0);
    if (size <= this.#cap) return;
    for (const { fd } of outputs) ftruncateSync(fd, 0);
    log("warning", "a hook has written more than output_disk_cap: what it had written is dropped", { path: outputs[0]?.path ?? "" });
  }

  #keep(stdout_path: string, stderr_path: string): Written {
    const sizes = (this.#sizes ??= this.#found());
    const [stdout_bytes = 0, stderr_bytes = 0] = [stdout_path, stderr_path].map((path) => {
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      this.#total += takenBy(size) - (sizes.get(path) ?? 0);
      sizes.delete(path);
      sizes.set(path, takenBy(size));
      return size;
    });
    this.#prune(sizes);
    return { stdout_path, stderr_path, stdout_bytes, stderr_bytes };
  }

  /** What earlier daemons left. */
  #found(): Map<string, number> {
    const files = readdirSync(this.#folder).flatMap((name) => {
      const path = join(this.#folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat ? [{ path, taken: takenBy(stat.size), at: stat.mtimeMs }] : [];
    });
    this.#total = files.reduce((sum, { taken }) => sum + taken, 0);
    return new Map(files.toSorted((a, b) => a.at - b.at).map(({ path, taken }) => [path, taken]));
  }

  #prune(sizes: Map<string, number>): void {
    for (const [path, taken] of sizes) {
      if (this.#total <= this.#cap) return;
      rmSync(path, { force: true });
      sizes.delete(path);
      this.#total -= taken;
    }
  }
}

const takenBy = (size: number): number => Math.ceil(Math.max(size, 1) / BLOCK) * BLOCK;
