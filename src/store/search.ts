import type { Db, SearchDocument } from "./db.ts";

/** Puts an issue's words into the full-text index, or replaces them. */
export async function indexIssue(tx: Db, document: SearchDocument): Promise<void> {
  for (const statement of tx.dialect.search.index(document)) await tx.run(statement);
}
