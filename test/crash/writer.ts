/** Writes projects into a database with the store's own means, at the level of syncing that is asked for: `bun writer.ts DATABASE LEVEL`. */
import { insertProject } from "../../src/store/projects.ts";
import { openStore } from "../../src/store/open.ts";
import { openHandle, over } from "../../src/store/sqlite.ts";
import { ids } from "../stores.ts";

const [path = "", level = ""] = process.argv.slice(2);
await (await openStore(path, ids)).close();
const handle = openHandle(path);
handle.run(`PRAGMA synchronous = ${level}`);
const tx = over(handle);
for (let n = 0; n < 200; n++) {
  const row = { uid: ids.ulid(), name: `project-${n}`, created_at: ids.now() };
  handle.run("BEGIN IMMEDIATE");
  await insertProject(tx, row);
  handle.run("COMMIT");
  console.log(row.uid);
}
