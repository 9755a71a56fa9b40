import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Door, freshDaemon, HEADER, SHARED } from "../../../test/daemons.ts";
import { initProject } from "../../app/projects.ts";
import { projectsOf } from "../../store/projects.ts";

const BOUND = 'version = 1\n\n[project]\nname = "old"\n';

test("a folder on the daemon's disk is looked at and written to only for who is on this machine, and never through a proxy", async () => {
  await using kata = await freshDaemon({ token: SHARED });
  for (const name of ["demo", "old"]) await initProject(kata.app, { name });
  const start_path = mkdtempSync(join(tmpdir(), "kata-folder-"));
  writeFileSync(join(start_path, ".kata.toml"), BOUND);
  const post = (door: Door, path: string, body: unknown) =>
    kata.ask(door, path, { method: "POST", headers: { [HEADER]: "ann" }, body, token: SHARED });
  for (const door of ["remote-tcp", "proxy-unix", "proxy-tcp"] as const) {
    for (const body of [{ start_path }, { start_path, name: "demo", replace: true }])
      expect(await post(door, "/projects", body)).toMatchObject({ status: 400, body: { error: { code: "validation" } } });
    expect((await post(door, "/projects/resolve", { start_path })).body.error).toMatchObject({
      code: "project_not_initialized",
      hint: expect.stringContaining("kata init --project"),
    });
    expect((await post(door, "/projects/resolve", { start_path, name: "demo" })).status).toBe(200);
  }
  expect(readdirSync(start_path)).toEqual([".kata.toml"]);
  expect(readFileSync(join(start_path, ".kata.toml"), "utf8")).toBe(BOUND);
  for (const door of ["unix", "tcp"] as const)
    for (const path of ["/projects/resolve", "/projects"])
      expect(await post(door, path, { start_path })).toMatchObject({ status: 200, body: { project: { name: "old" } } });
  expect(await projectsOf(kata.app.db)).toHaveLength(2);
  rmSync(start_path, { recursive: true });
});
