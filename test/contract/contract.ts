import type { Database } from "../../src/store/db.ts";
import type { Given } from "./given.ts";

/** What a contract test works on: a fresh database, the name that opens it, and what makes rows in it. */
export type On = { db: Database; dsn: string; given: Given };

export type ContractTest = (on: On) => Promise<void>;

type Functions<M> = { [K in keyof M as M[K] extends (...args: never[]) => unknown ? K : never]: M[K] };

/** The tests of a store module, by function and by what they say of it: a function without an entry does not compile. */
export type Contract<M> = { readonly [K in keyof Functions<M>]: Readonly<Record<string, ContractTest>> };
