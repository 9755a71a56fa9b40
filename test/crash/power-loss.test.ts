import { expect } from "bun:test";
import { join } from "node:path";
import { workspace } from "../workspace.ts";
import { create, newTitle } from "./client.ts";
import { losses, readTrace, watched } from "./disk.ts";
import { withPreload } from "./needs.ts";
import { type Acknowledged, replay } from "./losses.ts";

const CUTS = Number(Bun.env["KATA_TEST_CUTS"] || 500);
const SEED = Number(Bun.env["KATA_TEST_SEED"] || Math.floor(Math.random() * 2 ** 31));
const WRITERS = 8;
const EACH = 30;

withPreload(
  `every acknowledged write is there, and the database whole, after a power loss at any of ${CUTS} points`,
  async () => {
    await using kata = await workspace({ project: false });
    const { env, trace, position } = watched(kata.home);
    Object.assign(kata.env, env);
    expect((await kata`init --project demo`).exit).toBe(0);

    const acknowledged: Acknowledged[] = [];
    const writing = async () => {
      for (let n = 0; n < EACH; n++) {
        const { status, uid } = await create(kata, newTitle(), { body: Bun.randomUUIDv7().repeat(60) });
        expect(status).toBe(200);
        acknowledged.push({ uid, position: position() });
      }
    };
    const all = () => Promise.all(Array.from({ length: WRITERS }, writing));
    // One life that ends in order, one that is cut short, and one that goes on.
    await all();
    await kata`daemon restart`;
    await all();
    for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
    await kata`list`;
    await all();

    const checkpoints = readTrace(trace).filter(({ op, name }) => op === "sync" && name === "kata.db");
    expect(checkpoints.length).toBeGreaterThanOrEqual(6);
    const found = await replay({ trace, acknowledged, table: "issues", cuts: CUTS, seed: SEED });
    expect(found.faults).toEqual([]);
    expect(found.expected).toBeGreaterThan((acknowledged.length * CUTS) / 4);

    // And while the files are made: after each of the first operations, in every way.
    const first = Array.from({ length: 30 }, (_, i) => losses.flatMap(() => [i, i, i])).flat();
    expect((await replay({ trace, acknowledged, table: "issues", cuts: first, seed: SEED })).faults).toEqual([]);
  },
  60_000 + CUTS * 500,
);

withPreload(
  "the same harness sees what a database loses that is not synced at each commit",
  async () => {
    for (const [level, loses] of [
      ["FULL", false],
      ["NORMAL", true],
    ] as const) {
      await using kata = await workspace({ project: false });
      const { env, trace, position } = watched(kata.home);
      const writer = Bun.spawn([process.execPath, join(import.meta.dir, "writer.ts"), join(kata.home, "kata.db"), level], {
        env: { ...kata.env, ...env },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const acknowledged: Acknowledged[] = [];
      for await (const piece of writer.stdout) {
        const uids = Buffer.from(piece).toString().split("\n").filter(Boolean);
        acknowledged.push(...uids.map((uid) => ({ uid, position: position() })));
      }
      expect(await writer.exited).toBe(0);
      const { faults } = await replay({ trace, acknowledged, table: "projects", cuts: 100, seed: SEED });
      const lost = faults.filter((fault) => fault.includes("acknowledged writes are lost"));
      expect([level, lost.length > 10, faults.length - lost.length]).toEqual([level, loses, 0]);
    }
  },
  120_000,
);
