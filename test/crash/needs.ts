import { test } from "bun:test";
import { mayPreload } from "./preload.ts";

/** A test that gives programs a library of ours: Linux, with a C compiler. Elsewhere it is listed as left out; where everything must run, it fails. */
export const withPreload = test.skipIf(!Bun.env["CI"] && !mayPreload);

/** The same for a test that watches system calls. */
export const withStrace = test.skipIf(!Bun.env["CI"] && Bun.which("strace") === null);
