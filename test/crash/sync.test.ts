import { expect } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { homeOf } from "../../src/config/home.ts";
import { type Workspace, workspace } from "../workspace.ts";
import { api, create, newTitle, uidsOf } from "./client.ts";
import { readTrace, watched } from "./disk.ts";
import { withPreload } from "./needs.ts";

type Health = { ok: boolean; problem?: string; hint?: string };
const health = async (kata: Workspace) => (await (await api(kata, "/health")).json()) as Health;

/** A workspace on whose disk syncs fail when they are told to. */
async function onWatchedDisk() {
  const kata = await workspace({ project: false });
  const { env, ...disk } = watched(kata.home);
  Object.assign(kata.env, env);
  await kata`init --project demo`;
  return { kata, ...disk, [Symbol.asyncDispose]: () => kata[Symbol.asyncDispose]() };
}

withPreload(
  "a sync that fails acknowledges nothing, and ends all changes until the daemon is restarted, while reads go on",
  async () => {
    await using on = await onWatchedDisk();
    const { kata, trace, fail, position } = on;
    const before = (await create(kata, newTitle())).uid;

    writeFileSync(fail, "");
    const failed = await Promise.all(Array.from({ length: 8 }, () => create(kata, newTitle())));
    expect(failed.map(({ status, code }) => [status, code])).toEqual(failed.map(() => [503, "storage_failed"]));
    rmSync(fail);
    const after = position();
    for (let n = 0; n < 3; n++) expect(await create(kata, newTitle())).toMatchObject({ status: 503, code: "storage_failed" });
    expect(await uidsOf(kata)).toEqual([before]);
    expect((await kata`list`).exit).toBe(0);

    expect(await health(kata)).toMatchObject({
      ok: false,
      problem: expect.stringContaining("sync"),
      hint: expect.stringContaining("restart"),
    });
    const told = await kata`health`;
    expect([told.exit, told.stdout, told.stderr]).toEqual([
      1,
      expect.stringMatching(/^ok=false /),
      "kata: A sync to the disk failed: no change is taken until the daemon is restarted.\n" +
        "Hint: Look at the disk and at the system's log, and then restart the daemon: `kata daemon restart`.\n",
    ]);
    const { checks } = (await kata`doctor --json`).json<{ checks: { id: string; status: string; fix: string }[] }>();
    expect(checks.find(({ id }) => id === "daemon.health")).toMatchObject({
      status: "fail",
      fix: expect.stringContaining("kata daemon restart"),
    });
    const log = await Bun.file(homeOf(kata.env).log).text();
    expect(log.match(/error A sync to the disk failed: no change is taken until the daemon is restarted/g)).toHaveLength(1);
    expect(log).toContain("SQLITE_IOERR_FSYNC");

    // Not even the end of the daemon writes to that disk.
    expect((await kata`daemon stop`).exit).toBe(0);
    const writes = readTrace(trace).filter(({ op, end }) => op === "write" && end > after);
    expect(writes.map(({ name, at }) => `${name} ${at}`)).toEqual([]);
    expect(existsSync(`${kata.home}/kata.db-wal`)).toBe(true);

    expect((await kata`list`).exit).toBe(0);
    expect(await health(kata)).toMatchObject({ ok: true });
    const again = await create(kata, newTitle());
    expect(again.status).toBe(200);
    expect(await uidsOf(kata)).toEqual(expect.arrayContaining([before, again.uid]));
  },
  60_000,
);

withPreload(
  "a sync that fails while the WAL is copied into the database takes back nothing, and ends all changes too",
  async () => {
    await using on = await onWatchedDisk();
    const { kata, fail } = on;
    writeFileSync(fail, "database");
    const acknowledged: string[] = [];
    let refused: string | undefined;
    for (let n = 0; n < 500 && refused === undefined; n++) {
      const { status, uid, code } = await create(kata, newTitle(), { body: "x".repeat(20_000) });
      if (status === 200) acknowledged.push(uid);
      else refused = code;
    }
    expect([refused, (await health(kata)).ok]).toEqual(["storage_failed", false]);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(await uidsOf(kata)).toEqual(acknowledged.toSorted());
    rmSync(fail);
    expect((await kata`daemon restart`).exit).toBe(0);
    expect(await uidsOf(kata)).toEqual(acknowledged.toSorted());
    expect((await create(kata, newTitle())).status).toBe(200);
  },
  60_000,
);
