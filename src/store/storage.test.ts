import { expect, test } from "bun:test";
import type { KataError } from "../core/error.ts";
import { raw } from "./sql.ts";
import { faultOf, Storage } from "./storage.ts";
import { freshSqlite } from "../../test/stores.ts";

const thrown = (code: string) => Object.assign(new Error("disk I/O error"), { code });

test("`faultOf()` takes what SQLite says of disk and file for a refusal with a way out, and leaves all else alone", () => {
  const table: [string, string | undefined][] = [
    ["SQLITE_FULL", "storage_full"],
    ["SQLITE_IOERR_FSYNC", "storage_failed"],
    ["SQLITE_IOERR_DIR_FSYNC", "storage_failed"],
    ["SQLITE_IOERR_WRITE", "storage_failed"],
    ["SQLITE_IOERR_READ", "storage_failed"],
    ["SQLITE_READONLY", "storage_failed"],
    ["SQLITE_CANTOPEN", "storage_failed"],
    ["SQLITE_CORRUPT", "storage_damaged"],
    ["SQLITE_CORRUPT_VTAB", "storage_damaged"],
    ["SQLITE_NOTADB", "storage_damaged"],
    ["SQLITE_BUSY", undefined],
    ["SQLITE_CONSTRAINT_UNIQUE", undefined],
    ["SQLITE_ERROR", undefined],
    ["ENOENT", undefined],
  ];
  for (const [code, wanted] of table) {
    const fault = faultOf(thrown(code), "kata.db");
    expect([code, fault?.code]).toEqual([code, wanted as never]);
    if (fault)
      expect([fault.status, fault.message, fault.hint]).toEqual([503, expect.stringMatching(/^kata\.db .*\.$/), expect.any(String)]);
  }
  for (const other of [new Error("x"), null, undefined, "SQLITE_FULL"]) expect(faultOf(other, "kata.db")).toBeUndefined();
});

test("`Storage` ends all changes after a failed sync or damage, tells it once, and after nothing else", () => {
  const table: [string, boolean][] = [
    ["SQLITE_IOERR_FSYNC", true],
    ["SQLITE_CORRUPT", true],
    ["SQLITE_FULL", false],
    ["SQLITE_IOERR_WRITE", false],
    ["SQLITE_BUSY", false],
  ];
  for (const [code, ends] of table) {
    const told: KataError[] = [];
    const storage = new Storage((fault) => void told.push(fault));
    storage.check();
    for (let n = 0; n < 2; n++) storage.refusal(thrown(code));
    expect([code, storage.isFaulty(), told.length]).toEqual([code, ends, ends ? 1 : 0]);
    if (ends) expect(() => storage.check()).toThrow("no change is taken");
    else storage.check();
  }
});

test("`transact()` rejects when the commit itself fails, and goes on", async () => {
  const { db, remove } = await freshSqlite();
  const orphan = raw("INSERT INTO comments (uid, issue_id, author, body, created_at) VALUES ('u', 99, 'a', 'b', 'c')");
  const change = db.transact(async (tx) => {
    await tx.run(raw("PRAGMA defer_foreign_keys = ON"));
    await tx.run(orphan);
  });
  expect(await change.catch((error: unknown) => error)).toBeInstanceOf(Error);
  expect(await db.all(raw("SELECT uid FROM comments"))).toEqual([]);
  await db.transact((tx) => tx.run(raw("INSERT INTO meta (key, value) VALUES ('k', 'v')")));
  expect(await db.all(raw("SELECT value FROM meta WHERE key = 'k'"))).toEqual([{ value: "v" }]);
  await db.close();
  await remove();
});
