import { expect, test } from "bun:test";
import { join } from "node:path";
import * as plist from "plist";
import { STOP_MS } from "../../src/config/runtime.ts";
import { binary } from "../binary.ts";
import { workspace } from "../workspace.ts";

const hasSystemd = Bun.which("systemd-analyze") !== null || Boolean(Bun.env["CI"]);

/** What systemd has to say about a unit. */
async function analyze(dir: string, unit: string, ...words: string[]): Promise<{ exit: number; said: string }> {
  const path = join(dir, "kata.service");
  await Bun.write(path, unit);
  const child = Bun.spawnSync(["systemd-analyze", ...words, path], { env: { PATH: process.env["PATH"] ?? "", SYSTEMD_COLORS: "0" } });
  return { exit: child.exitCode, said: child.stdout.toString() + child.stderr.toString() };
}

const linesOf = (unit: string): string[] => unit.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test.skipIf(!hasSystemd)("systemd finds no fault in any unit of `kata daemon service systemd`, and little that it exposes", async () => {
  await using kata = await workspace({ project: false });
  for (const flags of [
    [],
    ["--listen", "100.64.0.5:7777", "--listen", "unix:///run/kata/proxy.sock", "--listen", "[fe80::1%eth0]:7777"],
    ["--user", "kata", "--home", "/srv/kata", "--token-file", "/etc/kata-token"],
    ["--user", "lee", "--home", "/home/lee/.kata"],
    ["--home", "/var/lib/trackers/kata"],
  ]) {
    const { exit, stdout } = await kata`daemon service systemd --binary ${binary()} ${flags}`;
    expect(exit).toBe(0);
    expect(await analyze(kata.dir, stdout, "verify")).toEqual({ exit: 0, said: "" });
    const { said } = await analyze(kata.dir, stdout, "security", "--offline=true", "--no-pager");
    const [, level = ""] = /Overall exposure level for kata\.service: (\S+)/.exec(said) ?? [];
    expect([flags, Number(level)]).toEqual([flags, expect.any(Number)]);
    expect(Number(level)).toBeLessThanOrEqual(1.5);
  }
});

test("`kata daemon service systemd` writes what it is told, and leaves the compiler of the engine its memory", async () => {
  await using kata = await workspace({ project: false });
  const unit = linesOf((await kata`daemon service systemd --binary /opt/kata --listen 127.0.0.1:7777`).stdout);
  for (const line of [
    "Type=notify",
    "ExecStart=/opt/kata daemon start --foreground --listen 127.0.0.1:7777",
    "ExecReload=/bin/kill -HUP $MAINPID",
    "WatchdogSec=30",
    "Restart=on-failure",
    `TimeoutStopSec=${STOP_MS / 1_000 + 5}`,
    "DynamicUser=yes",
    "StateDirectory=kata",
    "Environment=KATA_HOME=%S/kata",
    "LoadCredential=token:/etc/kata/token",
    "Environment=KATA_AUTH_TOKEN_FILE=%d/token",
  ])
    expect(unit).toContain(line);
  expect(unit.filter((line) => line.startsWith("MemoryDenyWriteExecute"))).toEqual([]);
  expect((await kata`daemon service systemd --json`).json<{ unit: string }>().unit).toContain("\n[Service]\n");

  const owned = linesOf((await kata`daemon service systemd --user lee --home /home/lee/.kata --token-file /etc/t`).stdout);
  for (const line of ["User=lee", "ProtectHome=tmpfs", "BindPaths=/home/lee/.kata", "LoadCredential=token:/etc/t"])
    expect(owned).toContain(line);
  expect(owned).not.toContain("DynamicUser=yes");
});

test("a program that the unit could not see is not named in it, and a notice says where to put it", async () => {
  await using kata = await workspace({ project: false });
  const { stdout, stderr } = await kata`daemon service systemd`;
  const hidden = /^\/(?:home|root|tmp|var\/tmp)\//.test(binary());
  expect(stdout).toContain(`ExecStart=${hidden ? "/usr/local/bin/kata" : binary()} daemon start`);
  expect(stderr).toBe(hidden ? `kata: put the program where the service finds it: install -m 755 ${binary()} /usr/local/bin/kata\n` : "");
  const copy = join(kata.dir, "kata");
  await Bun.$`cp ${binary()} ${copy}`;
  const ran = Bun.spawnSync([copy, "daemon", "service", "systemd"], { env: kata.env });
  expect(ran.stdout.toString()).toContain("ExecStart=/usr/local/bin/kata daemon start --foreground\n");
  expect(ran.stderr.toString()).toBe(`kata: put the program where the service finds it: install -m 755 ${copy} /usr/local/bin/kata\n`);
});

test("what would break a unit is refused, and a home that nobody could own", async () => {
  await using kata = await workspace({ project: false });
  for (const [flags, message] of [
    [["--home", "srv/kata", "--user", "kata"], '--home must be an absolute path of letters, digits and _./@+,=~-, not "srv/kata"'],
    [["--home", "/srv/../etc", "--user", "kata"], "--home must be an absolute path"],
    [["--token-file", "/etc/a token"], "--token-file must be an absolute path"],
    [["--binary", "/opt/kata\nUser=root"], "--binary must be an absolute path"],
    [["--listen", "127.0.0.1:1 --insecure-readonly"], "--listen must be ip:port or unix:///path"],
    [["--user", "a b"], "--user must be the name of a user"],
    [["--home", "/srv/kata"], "--home /srv/kata is outside of /var/lib/, where only a user of its own can have it\nHint: Add --user NAME."],
  ] as const) {
    const { exit, stdout, stderr } = await kata`daemon service systemd ${flags}`;
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr).toStartWith(`kata: ${message}`);
  }
});

test("`kata daemon service launchd` prints a property list that parses to what it is told", async () => {
  await using kata = await workspace({ project: false });
  const agent = await kata`daemon service launchd --binary /opt/kata --listen 127.0.0.1:7777`;
  expect(agent.exit).toBe(0);
  expect(plist.parse(agent.stdout)).toEqual({
    Label: "local.kata",
    ProgramArguments: ["/opt/kata", "daemon", "start", "--foreground", "--listen", "127.0.0.1:7777"],
    EnvironmentVariables: { KATA_HOME: kata.home },
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ExitTimeOut: STOP_MS / 1_000 + 5,
    Umask: 0o077,
    WorkingDirectory: "/",
    StandardOutPath: "/dev/null",
    StandardErrorPath: `${kata.home}/daemon.log`,
    SoftResourceLimits: { Core: 0, NumberOfFiles: 8192 },
    HardResourceLimits: { Core: 0, NumberOfFiles: 8192 },
  });
  const daemon = await kata`daemon service launchd --user _kata --token-file /etc/kata/token --home /srv/a--b`;
  expect(plist.parse(daemon.stdout)).toMatchObject({
    UserName: "_kata",
    EnvironmentVariables: { KATA_HOME: "/srv/a--b", KATA_AUTH_TOKEN_FILE: "/etc/kata/token" },
  });
  expect((await kata`daemon service launchd --json`).json<{ plist: string }>().plist).toStartWith("<?xml");
});
