import { expect } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../binary.ts";
import { asRoot, Namespace } from "../namespace.ts";
import { workspace } from "../workspace.ts";

const TOKEN = "a-token-that-nobody-may-read";
const PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const HERE = ["--workspace", "/tmp"];

type Line = { PRIORITY: string; MESSAGE: string };

/** A machine that runs nothing but systemd, the journal, and what is asked for. */
async function boot(dir: string, unit: string) {
  const group = `kata-test-${process.pid}`;
  const [folder, unitFile] = [join(dir, "machine"), join(dir, "kata.service")];
  mkdirSync(folder);
  await Bun.write(unitFile, unit);
  const script = await Bun.file(join(import.meta.dir, "../systemd-root.sh")).text();
  const more = ["--net", "--uts", "--ipc"];
  const machine = new Namespace(script, [folder, group, binary(), unitFile, TOKEN], { more });

  const run = async (...words: string[]) => machine.run(words, { env: { PATH, KATA_HOME: "/var/lib/kata", KATA_AUTH_TOKEN: TOKEN } });
  const show = async (name: string) => (await run("systemctl", "show", "kata", "--value", `--property=${name}`)).stdout.trim();
  const journal = async () =>
    (await run("journalctl", "_SYSTEMD_UNIT=kata.service", "--output=json", "--no-pager")).stdout
      .trim()
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
  /** Puts settings into a drop-in, in place of those that stood there. */
  const change = async (...settings: string[]) => {
    const file = "/run/systemd/system/kata.service.d/test.conf";
    await run("sh", "-c", `mkdir -p $(dirname ${file}) && printf '%s\\n' '[Service]' "$@" > ${file}`, "sh", ...settings);
    await run("systemctl", "daemon-reload");
  };
  while ((await run("systemctl", "start", "systemd-journald.socket", "systemd-journald.service")).exit !== 0) {
    if (machine.process.exitCode !== null) throw new Error(await machine.process.stderr.text());
    await Bun.sleep(50);
  }
  const end = async () => {
    await machine[Symbol.asyncDispose]();
    const clear =
      'mount -t cgroup2 cgroup2 "$1"; for try in $(seq 50); do find "$1/$2" -depth -type d -exec rmdir {} + 2>/dev/null && break; sleep 0.1; done';
    await Bun.spawn(["unshare", "--mount", "sh", "-c", clear, "sh", folder, group]).exited;
  };
  return { run, show, journal, change, end };
}

asRoot(["/usr/lib/systemd/systemd"])(
  "systemd starts the unit, keeps its journal, reloads it, starts it anew when it hangs, and stops it",
  async () => {
    await using kata = await workspace({ project: false });
    const { run, show, journal, change, end } = await boot(
      kata.dir,
      (await kata`daemon service systemd --binary /usr/local/bin/kata`).stdout,
    );
    try {
      expect(await run("systemctl", "start", "kata")).toEqual({ exit: 0, stdout: "", stderr: "" });
      expect(await show("StatusText")).toMatch(/^Listening on unix:\/\/\/run\/kata\/kata\/\w+\/daemon\.sock$/);
      expect(await run("kata", "init", "--project", "demo", ...HERE)).toMatchObject({ exit: 0 });
      expect(await run("kata", "create", "Made under systemd", ...HERE)).toMatchObject({ exit: 0 });
      expect((await run("kata", "list", ...HERE)).stdout).toContain("Made under systemd");

      const pid = await show("MainPID");
      const status = (await run("cat", `/proc/${pid}/status`)).stdout;
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^Seccomp:\t2$/m);
      expect(status).not.toMatch(/^Uid:\t0/m);
      expect((await run("cat", `/proc/${pid}/environ`)).stdout).not.toContain(TOKEN);
      const credential = await run("nsenter", "--mount", `--target=${pid}`, "cat", "/run/credentials/kata.service/token");
      expect(credential.stdout).toBe(`${TOKEN}\n`);

      await run("sh", "-c", "echo junk > /var/lib/private/kata/hooks.toml");
      expect(await run("systemctl", "reload", "kata")).toMatchObject({ exit: 0 });
      while ((await journal()).length < 2) await Bun.sleep(20);
      await run("rm", "/var/lib/private/kata/hooks.toml");
      expect(await show("ActiveState")).toBe("active");

      expect(await run("systemctl", "stop", "kata")).toMatchObject({ exit: 0 });
      expect([await show("ActiveState"), await show("Result"), await show("ExecMainStatus")]).toEqual(["inactive", "success", "0"]);
      expect(await journal()).toMatchObject([
        { PRIORITY: "6", MESSAGE: expect.stringMatching(/^listening on unix:/) },
        { PRIORITY: "4", MESSAGE: expect.stringMatching(/^SIGHUP: everything stays as it was: \/var\/lib\/kata\/hooks\.toml:1: /) },
        { PRIORITY: "6", MESSAGE: "SIGTERM: stopping" },
      ]);

      await change("WatchdogSec=2", "RestartSec=0");
      expect(await run("systemctl", "start", "kata")).toMatchObject({ exit: 0 });
      const before = await show("MainPID");
      await run("kill", "-STOP", before);
      while (Number(await show("NRestarts")) === 0 || (await show("ActiveState")) !== "active") await Bun.sleep(50);
      expect(await show("MainPID")).not.toBe(before);
      expect((await run("kata", "list", ...HERE)).stdout).toContain("Made under systemd");
      await run("systemctl", "stop", "kata");
      expect(JSON.stringify(await journal())).not.toContain(TOKEN);

      // What the unit's comment says of the one setting that it leaves off.
      await change("MemoryDenyWriteExecute=yes");
      expect((await run("systemctl", "start", "kata")).exit).toBe(1);
    } finally {
      await end();
    }
  },
  60_000,
);
