import { aliasesContract } from "./aliases.ts";
import { bulkContract } from "./bulk.ts";
import { closesContract } from "./closes.ts";
import { commentsContract } from "./comments.ts";
import { dbContract, driverContract, sqlContract } from "./database.ts";
import { eventsContract } from "./events.ts";
import { hooksContract } from "./hooks.ts";
import { importMappingsContract } from "./import-mappings.ts";
import { issuesContract } from "./issues.ts";
import { labelsContract } from "./labels.ts";
import { linksContract } from "./links.ts";
import { mergesContract } from "./merges.ts";
import { openContract } from "./open.ts";
import { projectsContract } from "./projects.ts";
import { purgesContract } from "./purges.ts";
import { recordsContract } from "./records.ts";
import { recurrencesContract } from "./recurrences.ts";
import { searchContract } from "./search.ts";
import { shortIdsContract } from "./short-ids.ts";
import { titleTokensContract } from "./title-tokens.ts";
import { tokensContract } from "./tokens.ts";

/** The contract of each store module, by its file's name; `driver` is what the databases themselves promise. */
export const contracts = {
  aliases: aliasesContract,
  bulk: bulkContract,
  closes: closesContract,
  comments: commentsContract,
  db: dbContract,
  driver: driverContract,
  events: eventsContract,
  hooks: hooksContract,
  "import-mappings": importMappingsContract,
  issues: issuesContract,
  labels: labelsContract,
  links: linksContract,
  merges: mergesContract,
  open: openContract,
  projects: projectsContract,
  purges: purgesContract,
  records: recordsContract,
  recurrences: recurrencesContract,
  search: searchContract,
  "short-ids": shortIdsContract,
  sql: sqlContract,
  "title-tokens": titleTokensContract,
  tokens: tokensContract,
};
