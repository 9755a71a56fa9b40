import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import { monotonicUsec } from "../../src/daemon/notify.ts";
import { NotifySocket } from "../notify-socket.ts";
import { workspace } from "../workspace.ts";

const FOREGROUND = ["daemon", "start", "--foreground"];
const onLinux = test.skipIf(process.platform !== "linux");

onLinux("`daemon start` under a service manager says READY once it answers, and STOPPING before it ends", async () => {
  await using kata = await workspace({ project: false });
  for (const name of [join(kata.home, "notify.sock"), `@kata-test-${process.pid}-${Date.now()}`]) {
    using manager = new NotifySocket(name);
    // Under a manager it stays in the foreground unasked.
    const daemon = kata.start(["daemon", "start"], { env: { NOTIFY_SOCKET: name } });
    const { socket } = homeOf(kata.env);
    expect(await manager.next("READY=1")).toEqual(["READY=1", `STATUS=Listening on unix://${socket}`, `MAINPID=${daemon.pid}`]);
    expect((await kata`health`).exit).toBe(0);
    daemon.kill("SIGTERM");
    expect(await manager.next("STOPPING=1")).toEqual(["STOPPING=1", "STATUS=Answering the last requests"]);
    expect(await daemon.exited).toBe(0);
    expect(manager.read().map(([first]) => first)).toEqual(["READY=1", "STOPPING=1"]);
  }
});

onLinux(
  "SIGHUP is answered with RELOADING and the time, and with READY when the settings were taken over",
  async () => {
    await using kata = await workspace({ config: "[close.throttle]\nenabled = true\n" });
    await kata`daemon stop`;
    using manager = new NotifySocket(join(kata.home, "notify.sock"));
    const daemon = kata.start(FOREGROUND, { env: { NOTIFY_SOCKET: manager.name, KATA_LOG_FORMAT: "json" } });
    await manager.next("READY=1");
    const reload = async (config: string): Promise<void> => {
      await Bun.write(join(kata.home, "config.toml"), config);
      const before = monotonicUsec();
      daemon.kill("SIGHUP");
      const [, time = ""] = await manager.next("RELOADING=1");
      const [, at = "0"] = /^MONOTONIC_USEC=(\d+)$/.exec(time) ?? [];
      expect(BigInt(at)).toBeGreaterThanOrEqual(before);
      expect(BigInt(at)).toBeLessThanOrEqual(monotonicUsec());
      await manager.next("READY=1");
    };
    /** Whether two siblings may be closed with one message, which the throttle forbids. */
    const closesTwoAlike = async (): Promise<boolean> => {
      const create = async (title: string, ...flags: string[]): Promise<string> =>
        (await kata`create ${title} --force-new --json ${flags}`).json<{ issue: { short_id: string } }>().issue.short_id;
      const parent = await create("A parent");
      const exits: number[] = [];
      for (const child of [await create("One child", "--parent", parent), await create("Another", "--parent", parent)]) {
        const message = "Did all that was wanted, and looked at it twice.";
        exits.push((await kata`close ${child} --done --commit abc1234 --message ${message}`).exit);
      }
      expect(exits[0]).toBe(0);
      return exits[1] === 0;
    };
    expect(await closesTwoAlike()).toBe(false);
    await reload("[close.throttle]\nenabled = false\n");
    expect(await closesTwoAlike()).toBe(true);
    await reload("[close.throttle]\nenabld = true\n");
    await reload('listen = "127.0.0.1:7777"\n');
    daemon.kill("SIGTERM");
    const log = (await daemon.stderr.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(log.filter(({ msg }) => String(msg).startsWith("SIGHUP"))).toMatchObject([
      { level: "info", changed: "close_throttle" },
      {
        level: "warning",
        msg: expect.stringMatching(/^SIGHUP: everything stays as it was: .*config\.toml:2: unknown key close\.throttle\.enabld$/),
      },
      { level: "info", changed: "close_throttle", from_next_start: "listeners" },
    ]);
  },
  30_000,
);

onLinux("WATCHDOG is told while the database answers, and to nobody whose watchdog is not ours", async () => {
  await using kata = await workspace();
  await kata`daemon stop`;
  using manager = new NotifySocket(join(kata.home, "notify.sock"));
  const env = { NOTIFY_SOCKET: manager.name, WATCHDOG_USEC: "100000" };
  const daemon = kata.start(FOREGROUND, { env });
  for (let times = 0; times < 3; times++) await manager.next("WATCHDOG=1");

  using db = new Database(homeOf(kata.env).db);
  db.run("ALTER TABLE meta RENAME TO hidden");
  const stderr = daemon.stderr.getReader();
  for (let said = ""; !said.includes("no sign of life is given");) said += new TextDecoder().decode((await stderr.read()).value);
  const count = manager.read().length;
  await Bun.sleep(300);
  expect(manager.read()).toHaveLength(count);
  db.run("ALTER TABLE hidden RENAME TO meta");
  await manager.next("WATCHDOG=1");
  stderr.releaseLock();
  daemon.kill("SIGTERM");
  await daemon.exited;

  const other = kata.start(FOREGROUND, { env: { ...env, WATCHDOG_PID: "1" } });
  await manager.next("READY=1");
  await Bun.sleep(300);
  expect(manager.read().at(-1)?.[0]).toBe("READY=1");
  other.kill("SIGTERM");
  await other.exited;
});

onLinux("a daemon in the background does not speak for the service whose command started it", async () => {
  await using kata = await workspace({ project: false });
  using manager = new NotifySocket(join(kata.home, "notify.sock"));
  const env = { NOTIFY_SOCKET: manager.name, WATCHDOG_USEC: "100000" };
  expect((await kata.run(["projects", "list"], { env })).exit).toBe(0);
  const [pid = 0] = kata.daemons();
  const variables = readFileSync(`/proc/${pid}/environ`, "utf8")
    .split("\0")
    .map((line) => line.split("=")[0]);
  expect(variables).toContain("KATA_HOME");
  expect(variables.filter((name) => /NOTIFY|WATCHDOG/.test(name ?? ""))).toEqual([]);
  await kata`daemon stop`;
  expect(manager.read()).toEqual([]);
});

onLinux("a service manager that can't be reached is told of once, and the daemon serves", async () => {
  await using kata = await workspace({ project: false });
  for (const name of ["/nowhere/notify.sock", "vsock:2:1234", `/${"x".repeat(200)}`]) {
    const daemon = kata.start(FOREGROUND, { env: { NOTIFY_SOCKET: name, WATCHDOG_USEC: "100000" } });
    while ((await kata`health`).exit !== 0) await Bun.sleep(5);
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
    expect((await daemon.stderr.text()).match(/ warning .*could not be told/g)).toHaveLength(1);
  }
});
