import { backUp } from "./backup.ts";
import { exportFile } from "./export-file.ts";
import { importFile } from "./import-file.ts";

/** What is done without a daemon, for the command line. */
export const offline = { backUp, exportFile, importFile };
