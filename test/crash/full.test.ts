import { expect } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { holderOf } from "../../src/config/runtime.ts";
import { asRoot, Namespace } from "../namespace.ts";
import { workspace } from "../workspace.ts";
import { api, create, isUp, newTitle, uidsOf } from "./client.ts";

/** A disk of a few MiB that holds a home, and a daemon on it that is started anew when it ends. */
const SMALL_DISK = `
  mount -t tmpfs -o size=4m,mode=700 tmpfs "$1"
  while true; do "$2" daemon start --foreground || true; done`;

asRoot([])(
  "a full disk refuses changes and nothing else, acknowledges none that it did not keep, and takes them again once there is room",
  async () => {
    await using kata = await workspace({ project: false });
    const home = join(kata.home, "small");
    mkdirSync(home);
    kata.env["KATA_HOME"] = home;
    await using disk = new Namespace(SMALL_DISK, [home, kata.bin], { env: kata.env });
    const inside = (...words: string[]) => disk.run(words, { env: kata.env });
    while (!(await isUp(kata))) await Bun.sleep(5);
    expect(await inside(kata.bin, "init", "--project", "demo", "--workspace", kata.dir)).toMatchObject({ exit: 0 });
    const kept: string[] = [];
    for (let n = 0; n < 10; n++) kept.push((await create(kata, newTitle())).uid);
    await inside("dd", "if=/dev/zero", `of=${home}/filler`, "bs=4k");
    let refused;
    for (let n = 0; n < 1_000 && !refused; n++) {
      const created = await create(kata, newTitle(), { body: "x".repeat(10_000) });
      if (created.status === 200) kept.push(created.uid);
      else refused = created;
    }
    expect([refused?.status, refused?.code, refused?.headers.get("retry-after")]).toEqual([503, "storage_full", "10"]);
    // Small ones and large ones, alone and together: each is kept or refused.
    const more = await Promise.all(Array.from({ length: 64 }, (_, n) => create(kata, newTitle(), { body: "y".repeat(1_000 * n) })));
    for (const { status, code, uid } of more) {
      if (status === 200) kept.push(uid);
      else expect([status, code]).toEqual([503, "storage_full"]);
    }
    expect(await uidsOf(kata)).toEqual(kept.toSorted());
    expect(await (await api(kata, "/health")).json()).toMatchObject({ ok: true });
    const told = await inside(kata.bin, "--workspace", kata.dir, "create", "No room", "--body", "z".repeat(50_000));
    expect([told.exit, told.stdout, told.stderr]).toEqual([
      1,
      "",
      "kata: The database has no room left on its disk: nothing was changed.\nHint: Make room there, and send it again.\n",
    ]);
    expect((await inside(kata.bin, "--workspace", kata.dir, "list")).stdout.split("\n")).toHaveLength(kept.length + 1);

    await inside("rm", `${home}/filler`);
    for (let n = 0; n < 10; n++) kept.push((await create(kata, newTitle(), { body: "x".repeat(10_000) })).uid);
    expect(await uidsOf(kata)).toEqual(kept.toSorted());
    const { pid = 0 } = holderOf(`/proc/${disk.init}/root${homeOf(kata.env).lock}`) ?? {};
    expect((await inside("kill", "-9", String(pid))).exit).toBe(0);
    while (!(await isUp(kata))) await Bun.sleep(5);
    expect(await uidsOf(kata)).toEqual(kept.toSorted());

    disk.process.kill("SIGKILL");
    const log = await disk.process.stderr.text();
    expect(log.match(/error The database has no room left on its disk: nothing was changed. said=SQLITE_FULL/g)).toHaveLength(1);
  },
  60_000,
);
