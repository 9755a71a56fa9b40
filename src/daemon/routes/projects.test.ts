import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshDaemon, HEADER } from "../../../test/daemons.ts";
import { initProject } from "../../app/projects.ts";
import { projectsOf } from "../../store/projects.ts";

const BOUND = 'version = 1\n\n[project]\nname = "old"\n';

test("a folder on the daemon's disk is looked at and written to only for who is on this machine, and never through a proxy", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kata-folder-"));
  writeFileSync(join(folder, ".kata.toml"), BOUND);
  const start_path = folder;
  const headers = { [HEADER]: "ann" };
  try {
    await using kata = await freshDaemon();
    await initProject(kata.app, { name: "demo" });
    await initProject(kata.app, { name: "old" });
    for (const auth of [{}, { token: "change-me" }]) {
      Object.assign(kata.daemon.auth, auth);
      const token = kata.daemon.auth.token;
      for (const door of ["remote-tcp", "proxy-unix", "proxy-tcp"] as const) {
        // A stranger from another host without a token is refused before all that.
        if (door === "remote-tcp" && token === undefined) continue;
        const ask = (path: string, body: unknown) => kata.ask(door, path, { method: "POST", headers, body, token });
        for (const body of [{ start_path }, { start_path, name: "demo", replace: true }])
          expect(await ask("/projects", body)).toMatchObject({ status: 400, body: { error: { code: "validation" } } });
        expect(await ask("/projects/resolve", { start_path })).toMatchObject({
          status: 404,
          body: { error: { code: "project_not_initialized", hint: expect.stringContaining("kata init --project") } },
        });
        expect((await ask("/projects/resolve", { start_path, name: "demo" })).status).toBe(200);
      }
      expect(readdirSync(folder)).toEqual([".kata.toml"]);
      expect(readFileSync(join(folder, ".kata.toml"), "utf8")).toBe(BOUND);
    }
    const { token } = kata.daemon.auth;
    for (const door of ["unix", "tcp"] as const) {
      const ask = (path: string, body: unknown) => kata.ask(door, path, { method: "POST", body, token });
      expect(await ask("/projects/resolve", { start_path })).toMatchObject({ status: 200, body: { project: { name: "old" } } });
      expect(await ask("/projects", { start_path })).toMatchObject({ status: 200, body: { project: { name: "old" } } });
    }
    expect(await projectsOf(kata.app.db)).toHaveLength(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
