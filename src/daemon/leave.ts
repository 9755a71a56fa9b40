import { libc } from "../config/libc.ts";

/** Ends the process, and lets nothing of it be done at its end: the runtime would close the database, which copies the WAL into it. */
export function leaveAtOnce(): never {
  libc({ _exit: { args: ["i32"], returns: "void" } })._exit(1);
  throw new Error("The process goes on after its end.");
}
