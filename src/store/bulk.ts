import type { Db } from "./db.ts";
import { raw } from "./sql.ts";

/** Makes ready for very many rows: indexes that guard nothing are made anew at the end, which is faster. Gives what does that. */
export async function startBulk(tx: Db): Promise<() => Promise<void>> {
  for (const statement of tx.dialect.forBulk) await tx.run(statement);
  const indexes = await tx.all<{ name: string; text: string }>(tx.dialect.plainIndexes);
  for (const { name } of indexes) await tx.run(raw(`DROP INDEX ${name}`));
  return async () => {
    for (const { text } of indexes) await tx.run(raw(text));
  };
}
