import { expect, test } from "bun:test";
import { freshPostgres } from "../stores.ts";
import { runContract } from "./run.ts";

const url = Bun.env["KATA_TEST_POSTGRES"];

if (url) runContract("postgres", () => freshPostgres(url), { differs: {} });
else if (Bun.env["CI"] === "true") test("KATA_TEST_POSTGRES names a server in CI", () => expect(url).toBeString());
else console.log("The store's contract on PostgreSQL was left out: KATA_TEST_POSTGRES names no server.");
