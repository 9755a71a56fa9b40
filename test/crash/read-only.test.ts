import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { integrityFaults } from "../../src/store/integrity.ts";
import { openReadOnly } from "../../src/store/read-only.ts";
import { asRoot, Namespace } from "../namespace.ts";
import { workspace } from "../workspace.ts";
import { create, newTitle } from "./client.ts";

/** The folder can't be written, as on a medium that can only be read, or when the system found its disk broken. */
const READ_ONLY = `
  mount --bind "$1" "$1"
  mount -o remount,bind,ro "$1"
  echo ready
  exec sleep infinity`;

asRoot([])(
  "a home that can only be read is refused with its path, and everything in it can be read all the same",
  async () => {
    await using kata = await workspace();
    for (let n = 0; n < 5; n++) await create(kata, newTitle());
    // With a WAL that holds changes, and then without one.
    for (const end of ["killed", "stopped"] as const) {
      if (end === "killed") for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
      else await kata`list`.then(() => kata`daemon stop`);
      while (kata.daemons().length > 0) await Bun.sleep(5);
      const db = join(kata.home, "kata.db");
      expect([end, existsSync(`${db}-wal`)]).toEqual([end, end === "killed"]);
      // What an index there was of the WAL may be gone, or of no use.
      if (end === "killed") rmSync(`${db}-shm`);
      else writeFileSync(`${db}-shm`, "");
      const files = readdirSync(kata.home);

      await using disk = new Namespace(READ_ONLY, [kata.home]);
      for await (const piece of disk.process.stdout) if (piece.length > 0) break;
      const inside = (...words: string[]) => disk.run([kata.bin, "--workspace", kata.dir, ...words], { env: kata.env });
      for (const words of [["list"], ["daemon", "start", "--foreground"]]) {
        const { exit, stderr } = await inside(...words);
        expect([exit, stderr]).toEqual([
          1,
          expect.stringMatching(new RegExp(`^kata: ${kata.home}/\\S+ can't be used: it can only be read\\.\\nHint: `)),
        ]);
      }
      const { checks } = JSON.parse((await inside("doctor", "--json")).stdout) as { checks: { id: string }[] };
      expect(checks.find(({ id }) => id === "storage.integrity")).toMatchObject({ status: "ok", summary: `${db} is whole` });
      const read = await disk.run([process.execPath, join(import.meta.dir, "read.ts"), db]);
      expect(read).toMatchObject({ exit: 0, stdout: "5\n" });
      const { exit, stdout } = await inside("export", "--output", "-");
      expect([exit, stdout.match(/^\{"kind":"issue",/gm)?.length]).toEqual([0, 5]);
      expect(readdirSync(kata.home)).toEqual(files);
    }
  },
  60_000,
);

test("`openReadOnly()` reads all that was committed, and leaves no file behind, whoever has the database open", async () => {
  await using kata = await workspace();
  const db = join(kata.home, "kata.db");
  const count = () => {
    const reader = openReadOnly(db);
    const { n } = reader.query<{ n: number }, []>("SELECT count(*) AS n FROM issues").get() ?? { n: -1 };
    expect(() => reader.run("DELETE FROM issues")).toThrow("readonly");
    reader.close();
    return n;
  };
  await create(kata, newTitle());
  expect(count()).toBe(1);
  for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
  while (kata.daemons().length > 0) await Bun.sleep(5);
  expect(count()).toBe(1);
  const before = readFileSync(`${db}-wal`);
  rmSync(`${db}-shm`);
  expect([count(), existsSync(`${db}-shm`), readFileSync(`${db}-wal`).equals(before)]).toEqual([1, false, true]);
  await kata`list`;
  await kata`daemon stop`;
  expect([count(), readdirSync(kata.home).filter((name) => name.startsWith("kata.db-"))]).toEqual([1, []]);
  // A path is a path, whatever is in it.
  const folder = mkdtempSync(join(tmpdir(), "kata ?%23#&"));
  copyFileSync(db, join(folder, "kata.db"));
  const odd = openReadOnly(join(folder, "kata.db"));
  expect(odd.query("SELECT count(*) AS n FROM issues").get()).toEqual({ n: 1 });
  odd.close();
  rmSync(folder, { recursive: true });
});

test("`integrityFaults()` says what is wrong, and nothing where nothing is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kata-integrity-"));
  const path = join(folder, "kata.db");
  const made = new Database(path, { create: true });
  made.run("CREATE TABLE t (a TEXT)");
  made.close();
  expect(integrityFaults(path)).toEqual([]);
  truncateSync(path, 4096);
  expect(integrityFaults(path)).toEqual([expect.stringContaining("malformed")]);
  await Bun.write(path, "no database at all, whatever its name says ".repeat(200));
  expect(integrityFaults(path)).toEqual(["file is not a database"]);
  rmSync(folder, { recursive: true });
});
