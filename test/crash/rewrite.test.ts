import { expect } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { workspace } from "../workspace.ts";
import { create, isUp, newTitle } from "./client.ts";
import { withStrace } from "./needs.ts";

withStrace(
  "a daemon writes the WAL that another left once more, and syncs it, before it does anything else with the database",
  async () => {
    await using kata = await workspace();
    for (let n = 0; n < 80; n++) await create(kata, newTitle(), { body: "words ".repeat(2_000) });
    for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
    while (kata.daemons().length > 0) await Bun.sleep(5);
    const wal = join(kata.home, "kata.db-wal");
    const { size } = statSync(wal);
    expect(size).toBeGreaterThan(1 << 20);

    const trace = join(kata.home, "..", "trace");
    const calls = "trace=pwrite64,pwritev,write,fsync,fdatasync,ftruncate";
    const daemon = Bun.spawn(["strace", "-f", "-y", "-e", calls, "-o", trace, kata.bin, "daemon", "start", "--foreground"], {
      cwd: kata.dir,
      env: kata.env,
      stdio: ["ignore", "ignore", "ignore"],
    });
    while (!(await isUp(kata))) await Bun.sleep(5);
    for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
    await daemon.exited;

    const done = readFileSync(trace, "utf8").matchAll(/(\w+)\(\d+<([^>]*kata\.db[^>]*)>(?:.*, (\d+), (\d+)\) *= (\d+))?/g);
    const first = Array.from(done, ([, call, path, , at, length]) => ({ call, path, at: Number(at), length: Number(length) })).filter(
      ({ path }) => path === wal || path === wal.replace("-wal", ""),
    );
    let written = 0;
    // The file itself can't be compared: the daemon goes on to write into it.
    for (const { call, path, at, length } of first) {
      expect(path).toBe(wal);
      if (call === "fsync") break;
      expect([call, at]).toEqual(["pwrite64", written]);
      written += length;
    }
    expect(written).toBe(size);
  },
);
