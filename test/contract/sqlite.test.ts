import { freshSqlite } from "../stores.ts";
import { runContract } from "./run.ts";

runContract("sqlite", freshSqlite, { differs: {} });
