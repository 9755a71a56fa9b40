import { describe, expect, test } from "bun:test";
import type { Database } from "../../src/store/db.ts";
import { contracts } from "./all.ts";
import type { ContractTest } from "./contract.ts";
import { givenFor } from "./given.ts";

type Fresh = { db: Database; dsn: string; remove(): Promise<void> };

/**
 * Runs every store module's contract on one kind of database, each test on a fresh one. `differs` names the tests that
 * must fail there, as "`function()` words", with the reason: one that passes after all is a failure, and so is one
 * that is not there.
 */
export function runContract(name: string, open: () => Promise<Fresh>, { differs }: { differs: Readonly<Record<string, string>> }): void {
  const left = new Set(Object.keys(differs));
  describe(name, () => {
    for (const [of, tests] of Object.entries(contracts).flatMap(([, contract]) => Object.entries<Record<string, ContractTest>>(contract))) {
      test(`\`${of}()\` is tested`, () => expect(Object.keys(tests)).not.toBeEmpty());
      for (const [words, run] of Object.entries(tests)) {
        const title = `\`${of}()\` ${words}`;
        const reason = differs[title];
        left.delete(title);
        test(reason === undefined ? title : `${title}: not here (${reason})`, () => attempt(open, run, reason));
      }
    }
    test("each listed difference names a test", () => expect([...left]).toEqual([]));
  });
}

async function attempt(open: () => Promise<Fresh>, run: ContractTest, reason: string | undefined): Promise<void> {
  const { db, dsn, remove } = await open();
  try {
    const outcome = run({ db, dsn, given: givenFor(db) });
    await (reason === undefined ? outcome : expect(outcome).rejects.toThrow());
  } finally {
    await db.close();
    await remove();
  }
}
