import { lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { BackupConfig } from "../../config/backup.ts";
import type { Home } from "../../config/home.ts";
import { ownProgram } from "../../config/program.ts";
import { fileStamp } from "../../core/time.ts";
import { log } from "../log.ts";

const OURS = /^kata-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.jsonl$/;
const LEFT_OVER = /^kata-\d{8}T\d{6}Z\.jsonl\.[\w-]+\.tmp$/;

/**
 * Writes the whole database down, at once and then once in each interval, in a folder of this database's own. Another
 * process does it, so that nobody waits for it here.
 */
export function startBackups(config: BackupConfig, home: Home, ending: AbortSignal): void {
  const folder = join(config.dir, basename(home.runtime));
  let timer: Timer | undefined;

  async function write(): Promise<void> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // There is one daemon, so whoever wrote these has died.
    for (const name of filesIn(folder)) if (LEFT_OVER.test(name)) rmSync(join(folder, name));
    const path = join(folder, `kata-${fileStamp(new Date().toISOString())}.jsonl`);
    const started = Bun.spawn([...ownProgram(), "export", "--quiet", "--allow-running-daemon", "--output", path], {
      cwd: folder,
      env: { ...process.env, KATA_HOME: home.path, KATA_DB: home.db },
      stdio: ["ignore", "ignore", "pipe"],
      signal: ending,
    });
    const [said, exit] = await Promise.all([started.stderr.text(), started.exited]);
    if (exit !== 0) throw new Error(said.trim() || `exit ${exit}`);
    log("info", "the database was written down", { path });
    forget(folder, Date.now() - config.retain_ms);
  }

  async function run(): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!ending.aborted) {
        const again = { again_in_s: config.interval_ms / 1_000 };
        log("error", `the database could not be written down; what is there stays: ${(error as Error).message}`, again);
      }
    }
    if (!ending.aborted) timer = setTimeout(() => void run(), config.interval_ms);
  }

  ending.addEventListener("abort", () => clearTimeout(timer));
  void run();
}

/** Takes away what is older than `since`, by its name; the newest stays whatever its age. */
function forget(folder: string, since: number): void {
  const dated = filesIn(folder)
    .flatMap((name) => {
      const [, year, month, day, hours, minutes, seconds] = OURS.exec(name) ?? [];
      return year === undefined ? [] : [{ name, at: Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`) }];
    })
    .sort((a, b) => b.at - a.at);
  for (const { name, at } of dated.slice(1)) if (at < since) rmSync(join(folder, name));
}

/** Regular files alone: what else is there is somebody else's. */
const filesIn = (folder: string): string[] => readdirSync(folder).filter((name) => lstatSync(join(folder, name)).isFile());
