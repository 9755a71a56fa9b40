import { dropUnfinished } from "../store/durable-files.ts";
import { backUp } from "./backup.ts";
import { exportFile } from "./export-file.ts";
import { importFile } from "./import-file.ts";
import { telling } from "./system-errors.ts";

/** What is done without a daemon, for the command line. */
export const offline = {
  dropUnfinished,
  backUp: telling("The backup failed, and nothing of it is left", backUp),
  exportFile: telling("The export failed", exportFile),
  importFile: telling("The import failed, and nothing of it is left", importFile),
};
