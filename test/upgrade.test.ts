import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { ulidSource } from "../src/core/ulid.ts";
import { eventsAfter } from "../src/store/events.ts";
import { migrations } from "../src/store/migrations.ts";
import { instanceUid, openStore, SCHEMA_VERSION } from "../src/store/open.ts";
import { projectsOf, systemProject } from "../src/store/projects.ts";
import { APPLICATION_ID } from "../src/store/sqlite.ts";
import { insertToken, tokensOf } from "../src/store/tokens.ts";
import { emptyPostgres } from "./stores.ts";

const ids = {
  ulid: ulidSource(Date.now, (bytes) => crypto.getRandomValues(bytes)),
  now: () => new Date().toISOString(),
};

/** What the first version of kata left behind: its schema, what it begins with, and a project with an event. */
const FILLED = `
  INSERT INTO meta (key, value) VALUES ('schema_version', '1'), ('instance_uid', '01KJKB5W000000000000000000');
  INSERT INTO projects (id, uid, name, created_at) VALUES (0, '01KJKB5W000000000000000001', '#system', '2026-03-01T12:00:00.000Z');
  INSERT INTO projects (uid, name, created_at) VALUES ('01KJKB5W000000000000000002', 'demo', '2026-03-01T12:00:00.000Z');
  INSERT INTO events (uid, origin_instance_uid, project_id, project_name, type, actor, created_at)
    SELECT '01KJKB5W000000000000000003', 'x', id, name, 'project.removed', 'ada', created_at FROM projects WHERE id > 0;`;

/** Opens what the first version made, twice, and looks at whether all is there and can be written to. */
async function upgrades(dsn: string): Promise<void> {
  for (const tokens of [0, 1]) {
    const db = await openStore(dsn, ids);
    try {
      expect(await instanceUid(db)).toBe("01KJKB5W000000000000000000");
      expect((await systemProject(db)).uid).toBe("01KJKB5W000000000000000001");
      expect(await projectsOf(db)).toMatchObject([{ name: "demo", uid: "01KJKB5W000000000000000002" }]);
      expect(await eventsAfter(db, 0, { limit: 9 })).toMatchObject([{ type: "project.removed", actor: "ada" }]);
      expect(await tokensOf(db)).toHaveLength(tokens);
      const row = {
        token_hash: `${tokens}`.repeat(64),
        actor: "ada",
        name: null,
        read_only: false,
        created_at: ids.now(),
        expires_at: null,
      };
      await db.transact((tx) => insertToken(tx, row));
    } finally {
      await db.close();
    }
  }
}

test("`openStore()` brings a database of the first schema to the present one: SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kata-upgrade-"));
  try {
    const path = join(folder, "kata.db");
    const old = new Database(path, { create: true });
    old.run(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
    old.run(migrations[0].sqlite + FILLED);
    expect(old.query("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    old.close();
    await upgrades(path);
    const now = new Database(path);
    expect(now.query("PRAGMA user_version").get()).toEqual({ user_version: SCHEMA_VERSION });
    now.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const url = Bun.env["KATA_TEST_POSTGRES"];

test.if(url !== undefined)("`openStore()` brings a database of the first schema to the present one: PostgreSQL", async () => {
  const { dsn, remove } = await emptyPostgres(url ?? "");
  try {
    const old = new SQL(dsn, { max: 1 });
    await old.unsafe(migrations[0].postgres + FILLED);
    await old.close();
    await upgrades(dsn);
  } finally {
    await remove();
  }
});
