import { expect, test } from "bun:test";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Arch, imageFiles } from "../../src/cli/service/image.ts";
import { binary } from "../binary.ts";
import { asRoot, Namespace } from "../namespace.ts";
import { freePort } from "../free-port.ts";
import { workspace } from "../workspace.ts";

const OWN: Arch = process.arch === "arm64" ? "arm64" : "amd64";
const PATH = process.env["PATH"] ?? "";

/** What the container engine does with a printed file's list: the same commands, with other folders. */
async function assemble(containerfile: string, folder: string): Promise<void> {
  const [, commands = ""] = /^RUN set -eu; \\\n([^]*?)\n\n/m.exec(containerfile) ?? [];
  const script = commands.replaceAll(" /image/", ` ${folder}/`).replace(" /kata ", ` ${binary()} `);
  const made = Bun.spawnSync(["sh", "-euc", script], { env: { PATH }, stdio: ["ignore", "pipe", "pipe"] });
  expect([made.exitCode, made.stderr.toString()]).toEqual([0, ""]);
}

test("`kata daemon service container` copies into an empty image what is on the one list, and runs as UID 1000", async () => {
  await using kata = await workspace({ project: false });
  for (const arch of ["amd64", "arm64"] as const) {
    const { exit, stdout } = await kata`daemon service container --arch ${arch}`;
    expect(exit).toBe(0);
    const named = Array.from(stdout.matchAll(/^ {4}.*?install .* \/image(\/\S+?)(?:; \\)?$/gm), ([, path]) => path);
    expect(named).toEqual(imageFiles(arch).map(({ path }) => path));
    const [, last = ""] = stdout.split("\nFROM scratch\n");
    expect(last.match(/^COPY.*$/gm)).toEqual(["COPY --from=files /image/ /"]);
    for (const line of [
      "USER 1000:1000",
      "ENV KATA_HOME=/data SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
      'ENTRYPOINT ["/usr/local/bin/kata"]',
      'CMD ["daemon", "start", "--foreground"]',
    ])
      expect(last.split("\n")).toContain(line);
  }
  expect((await kata`daemon service container`).stdout).toBe((await kata`daemon service container --arch ${OWN}`).stdout);
  const refused = await kata`daemon service container --arch riscv64`;
  expect([refused.exit, refused.stderr]).toEqual([2, 'kata: --arch must be amd64 or arm64, not "riscv64"\n']);
});

test.skipIf(process.platform !== "linux")("the image has every library that the program is linked with, and no other", () => {
  const linked = Bun.spawnSync(["ldd", binary()]).stdout.toString();
  const libraries = Array.from(linked.matchAll(/^\s(?:.* => )?(\/\S+)/gm), ([, path = ""]) => path);
  const listed = imageFiles(OWN).flatMap(({ path }) => (/\.so\./.test(path) ? [path] : []));
  expect(listed.sort()).toEqual(libraries.sort());
});

/** As a container engine does: the root can't be written, /proc is mounted, /tmp is new, and the volume is at its place. */
const ENTER = `
  mount --bind "$1" "$1"
  mount --bind "$1/data" "$1/data"
  mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
  mount -t proc proc "$1/proc"
  mount -o remount,bind,ro "$1"
  exec chroot --userspec=1000:1000 "$1" /usr/local/bin/kata daemon start --foreground --listen "127.0.0.1:$2"`;

const SYSTEM_FILES = imageFiles(OWN).flatMap((file) => ("from" in file && file.from === "system" ? [file.path] : []));

asRoot(SYSTEM_FILES)(
  "the program runs with exactly the files of the image, as UID 1000 and process 1, on a root that can't be written",
  async () => {
    await using kata = await workspace({ project: false });
    const root = mkdtempSync(join(tmpdir(), "kata-image-"));
    try {
      await assemble((await kata`daemon service container`).stdout, root);
      for (const { path, mode, owner } of imageFiles(OWN)) {
        const made = lstatSync(join(root, path));
        expect([path, (made.mode & 0o7777).toString(8), made.uid, made.gid]).toEqual([path, mode.toString(8), owner, owner]);
      }
      const files = [...new Bun.Glob("**").scanSync({ cwd: root, dot: true })].map((path) => `/${path}`).sort();
      expect(files).toEqual(
        imageFiles(OWN)
          .flatMap((file) => ("folder" in file ? [] : [file.path]))
          .sort(),
      );
      chmodSync(root, 0o755);
      mkdirSync(join(root, "proc"));

      const port = await freePort();
      await using container = new Namespace(ENTER, [root, String(port)], { env: { KATA_HOME: "/data" } });
      const env = { KATA_SERVER: `http://127.0.0.1:${port}` };
      while ((await kata.run(["projects", "list"], { env })).exit !== 0) {
        if (container.process.exitCode !== null) throw new Error(await container.process.stderr.text());
      }
      expect((await kata.run(["init", "--project", "demo"], { env })).exit).toBe(0);
      expect((await kata.run(["create", "Made in a container"], { env })).exit).toBe(0);
      expect((await kata.run(["list"], { env })).stdout).toContain("Made in a container");

      // The health check of the Containerfile, and who and what the daemon is.
      const health = await container.run(["/usr/local/bin/kata", "health"], { env: { KATA_HOME: "/data" }, user: 1000 });
      expect(health).toMatchObject({ exit: 0, stdout: expect.stringContaining("ok=true"), stderr: "" });
      expect(await Bun.file(`/proc/${container.init}/status`).text()).toMatch(
        /^Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n[^]*^NSpid:\t\d+\t1$/m,
      );

      process.kill(container.init ?? 0, "SIGTERM");
      expect(await container.process.exited).toBe(0);
      expect(await container.process.stderr.text()).toMatch(/listening on 127\.0\.0\.1:\d+ [^]*SIGTERM: stopping/);
      const written = lstatSync(join(root, "data/kata.db"));
      expect([written.uid, (written.mode & 0o777).toString(8)]).toEqual([1000, "600"]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
  60_000,
);
