import { expect } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../binary.ts";
import { asRoot, Namespace, scriptOf } from "../namespace.ts";
import { blocksOf } from "../page.ts";
import { workspace } from "../workspace.ts";

const PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const HOME = "/var/lib/private/kata";

type Line = { PRIORITY: string; MESSAGE: string };

/** A machine that runs nothing but systemd, the journal, and what is asked for. */
async function boot(dir: string) {
  const group = `kata-test-${process.pid}`;
  const folder = join(dir, "machine");
  mkdirSync(folder);
  const machine = new Namespace(await scriptOf("overlay-root", "systemd-root"), [folder, group, binary()], {
    more: ["--net", "--uts", "--ipc"],
  });

  /** Runs a script in a folder of the machine; it must not fail. */
  const run = async (text: string): Promise<string> => {
    const { exit, stdout, stderr } = await machine.run(["bash", "-euo", "pipefail", "-c", `cd /tmp; ${text}`], { env: { PATH } });
    expect([text, exit, exit === 0 ? "" : stderr]).toEqual([text, 0, ""]);
    return stdout;
  };
  const show = async (name: string) => (await run(`systemctl show kata --value --property=${name}`)).trim();
  const journal = async () =>
    (await run("journalctl _SYSTEMD_UNIT=kata.service --output=json --no-pager"))
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
  /** Puts settings into a drop-in, in place of those that stood there. */
  const change = async (...settings: string[]) => {
    const text = ["[Service]", ...settings].join("\\n");
    await run(`mkdir -p /run/systemd/system/kata.service.d; printf '${text}\\n' > /run/systemd/system/kata.service.d/test.conf`);
    await run("systemctl daemon-reload");
  };
  const isUp = async () =>
    (await machine.run(["systemctl", "start", "systemd-journald.socket", "systemd-journald"], { env: { PATH } })).exit === 0;
  while (!(await isUp())) {
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

/** The blocks under a heading of a page in docs/. */
async function blocksUnder(name: string, heading: string): Promise<string[]> {
  const page = await Bun.file(join(import.meta.dir, "../../docs", name)).text();
  return blocksOf(page).flatMap((block) => (block.heading === heading ? [block.text] : []));
}

asRoot(["/usr/lib/systemd/systemd"])(
  "systemd starts the unit as the page says, keeps its journal, reloads it, starts it anew when it hangs, and stops it",
  async () => {
    const [install = "", look = "", use = "", ...rest] = await blocksUnder("service.md", "systemd");
    expect([install, look, use].every((block) => block !== "") && rest.length === 0).toBe(true);
    await using kata = await workspace({ project: false });
    const { run, show, journal, change, end } = await boot(join(kata.dir, ".."));
    try {
      await run(install);
      const token = (await run("cat /etc/kata/token")).trim();
      expect(token).toMatch(/^[0-9a-f]{64}$/);
      expect(await show("StatusText")).toBe("Listening on 127.0.0.1:7777");
      const asClient = `export KATA_SERVER=http://127.0.0.1:7777 KATA_AUTH_TOKEN=${token}`;
      await run(`${asClient}; kata init --project demo; kata create "Made under systemd"`);
      expect(await run(use)).toContain("Made under systemd");

      const pid = await show("MainPID");
      const status = await run(`cat /proc/${pid}/status`);
      for (const line of [/^CapEff:\t0+$/m, /^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m, /^Uid:\t[1-9]/m]) expect(status).toMatch(line);
      expect(await run(`cat /proc/${pid}/environ`)).not.toContain(token);
      expect(await run(`nsenter --mount --target=${pid} cat /run/credentials/kata.service/token`)).toBe(`${token}\n`);

      await run(`echo junk > ${HOME}/hooks.toml`);
      expect(await run(look)).toContain("Listening on 127.0.0.1:7777");
      while ((await journal()).length < 2) await Bun.sleep(20);
      await run(`rm ${HOME}/hooks.toml`);
      expect(await show("ActiveState")).toBe("active");

      await run("systemctl stop kata");
      expect([await show("ActiveState"), await show("Result"), await show("ExecMainStatus")]).toEqual(["inactive", "success", "0"]);
      expect(await journal()).toMatchObject([
        { PRIORITY: "6", MESSAGE: expect.stringMatching(/^listening on 127\.0\.0\.1:7777 /) },
        { PRIORITY: "4", MESSAGE: expect.stringMatching(/^SIGHUP: everything stays as it was: \/var\/lib\/kata\/hooks\.toml:1: /) },
        { PRIORITY: "6", MESSAGE: "SIGTERM: stopping" },
      ]);

      await change("WatchdogSec=2", "RestartSec=0");
      await run("systemctl start kata");
      const before = await show("MainPID");
      await run(`kill -STOP ${before}`);
      while (Number(await show("NRestarts")) === 0 || (await show("ActiveState")) !== "active") await Bun.sleep(50);
      expect(await show("MainPID")).not.toBe(before);
      expect(await run(use)).toContain("Made under systemd");
      await run("systemctl stop kata");
      expect(JSON.stringify(await journal())).not.toContain(token);

      // An address of a VPN comes when it comes.
      const late = "ExecStart=/usr/local/bin/kata daemon start --foreground --listen 10.9.9.9:7777";
      await change("ExecStart=", late, "Environment=KATA_TRUST_PRIVATE_NETWORK=1", "RestartSec=0.01");
      await run("systemctl start kata || true");
      while (Number(await show("NRestarts")) < 8) await Bun.sleep(50);
      await run("ip address add 10.9.9.9/32 dev lo");
      while ((await show("ActiveState")) !== "active") await Bun.sleep(50);
      await run("systemctl stop kata");
      // What is wrong with the settings does not mend itself.
      await change("ExecStart=", `${late} --insecure-readonly`, "RestartSec=0.01");
      await run(`printf '[auth]\\nrequire_token_identity = true\\n' > ${HOME}/config.toml; systemctl start kata || true`);
      while ((await show("ActiveState")) !== "failed") await Bun.sleep(50);
      expect([await show("ExecMainStatus"), await show("NRestarts")]).toEqual(["2", "0"]);
      await run(`rm ${HOME}/config.toml`);

      // The proxy's socket, as the page about remote daemons has it.
      const [dropIn = "", config = ""] = await blocksUnder("remote.md", "A proxy that knows its users");
      await run("kata daemon service systemd > /etc/systemd/system/kata.service");
      await change(...dropIn.split("\n").slice(1));
      await run(`cat > ${HOME}/config.toml <<'END'\n${config}\nEND`);
      await run("systemctl start kata");
      const ping = (user: string, socket: string) =>
        `setpriv --reuid=${user} --regid=${user} --init-groups curl --silent --unix-socket /run/kata/${socket} http://kata.invalid/api/v1/ping`;
      expect(await run(ping("www-data", "proxy.sock"))).toContain('"service":"kata"');
      for (const [user, socket] of [
        ["www-data", "kata.sock"],
        ["games", "proxy.sock"],
      ] as const)
        expect(await run(`${ping(user, socket)} || echo $?`)).toBe("7\n");
      await run(`systemctl stop kata; rm ${HOME}/config.toml`);

      // What the unit's comment says of the one setting that it leaves off.
      await change("MemoryDenyWriteExecute=yes");
      expect(await run("systemctl start kata || echo failed")).toBe("failed\n");
    } finally {
      await end();
    }
  },
  60_000,
);
