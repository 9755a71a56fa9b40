import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { freshSqlite } from "../../test/stores.ts";
import { openReadOnly } from "./read-only.ts";
import { sql } from "./sql.ts";

const MIB = 1_048_576;

test("the WAL grows while somebody reads one snapshot for long, and goes back to its size afterwards", async () => {
  const { db, dsn, remove } = await freshSqlite();
  const walMiB = () => statSync(`${dsn}-wal`).size / MIB;
  let key = 0;
  const write = async (times: number) => {
    for (let n = 0; n < times; n++)
      await db.transact((tx) => tx.run(sql`INSERT INTO meta (key, value) VALUES (${`k${key++}`}, ${"x".repeat(MIB)})`));
  };
  await write(40);
  expect(walMiB()).toBeLessThan(8);

  const reader = openReadOnly(dsn);
  reader.run("BEGIN");
  const count = () => reader.query("SELECT count(*) AS n FROM meta").get();
  const before = count();
  await write(30);
  expect(walMiB()).toBeGreaterThan(25);
  expect(count()).toEqual(before);
  reader.run("COMMIT");
  reader.close();

  await write(3);
  expect(walMiB()).toBeLessThan(8);
  await db.close();
  await remove();
});

test("readers of this process do not keep the WAL from beginning anew, however many there are", async () => {
  const { db, dsn, remove } = await freshSqlite();
  let over = false;
  const reading = Array.from({ length: 8 }, async () => {
    for (; !over; await new Promise(setImmediate))
      await db.read(async (snapshot) => {
        await snapshot.all(sql`SELECT count(*) FROM meta`);
        await snapshot.all(sql`SELECT key FROM meta`);
      });
  });
  for (let n = 0; n < 60; n++)
    await db.transact((tx) => tx.run(sql`INSERT INTO meta (key, value) VALUES (${`k${n}`}, ${"x".repeat(MIB / 2)})`));
  expect(statSync(`${dsn}-wal`).size / MIB).toBeLessThan(8);
  over = true;
  await Promise.all(reading);
  await db.close();
  await remove();
});
