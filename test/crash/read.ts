/** Prints how many issues a database has, read as the store's readers do: `bun read.ts DATABASE`. */
import { openReadOnly } from "../../src/store/read-only.ts";

const db = openReadOnly(process.argv[2] ?? "");
console.log(db.query<{ n: number }, []>("SELECT count(*) AS n FROM issues").get()?.n);
