import { KataError } from "../core/error.ts";
import { KEEP_DAMAGED } from "../core/storage.ts";

/** Is told once, when a database takes no more changes until it is opened anew. */
export type Failed = (fault: KataError) => void;

const RETRY_S = 10;

/**
 * What a failing disk, or a file that is not whole, means for a database: which refusal it is, and whether changes go on.
 * After a failed sync the system may take for written what is not (fsync(2)), so that the next sync proves nothing; and what
 * is written into a damaged file may damage more of it. Both end all changes. Reads go on.
 */
export class Storage {
  readonly #failed: Failed;
  #fault: KataError | undefined;

  constructor(failed: Failed = () => undefined) {
    this.#failed = failed;
  }

  /** Refuses where no changes are taken any more. */
  check(): void {
    if (this.#fault) throw this.#fault;
  }

  isFaulty(): boolean {
    return this.#fault !== undefined;
  }

  /** What was thrown as the refusal that it is, or as it was if it says nothing of the disk or the file. */
  refusal(thrown: unknown): unknown {
    const fault = faultOf(thrown, "The database");
    if (!fault) return thrown;
    if (!this.#fault && endsChanges(thrown)) {
      this.#fault = lasting(fault, thrown);
      this.#failed(this.#fault);
    }
    return fault;
  }
}

/** SQLite's own name for an error; empty if it has none. */
export const codeOf = (thrown: unknown): string => String((thrown as { code?: unknown } | null)?.code ?? "");

const isUnsynced = (code: string): boolean => /^SQLITE_IOERR_(DIR_)?FSYNC$/.test(code);
const isDamage = (code: string): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(code);
const endsChanges = (thrown: unknown): boolean => isUnsynced(codeOf(thrown)) || isDamage(codeOf(thrown));

/** What SQLite says of the disk or the file, as a refusal of one request; undefined where it says nothing of them. */
export function faultOf(thrown: unknown, what: string): KataError | undefined {
  const code = codeOf(thrown);
  if (code === "SQLITE_FULL")
    return new KataError("storage_full", `${what} has no room left on its disk: nothing was changed.`, {
      hint: "Make room there, and send it again.",
      data: { retry_after_seconds: RETRY_S },
      cause: thrown,
    });
  if (isUnsynced(code))
    return new KataError("storage_failed", `${what} could not be synced to its disk: whether the change lasts is known after a restart.`, {
      hint: "Look at the disk and at the system's log. Then restart the daemon (`kata daemon restart`), and look before you send it again.",
      cause: thrown,
    });
  if (isDamage(code))
    return new KataError("storage_damaged", `${what} is damaged: ${reasonOf(thrown)}.`, { hint: KEEP_DAMAGED, cause: thrown });
  if (/^SQLITE_(IOERR|READONLY|CANTOPEN)/.test(code))
    return new KataError("storage_failed", `${what} can't be used: the system refused it (${code}).`, {
      hint: "Look at the disk, at who may use its files, and at the system's log.",
      cause: thrown,
    });
  return undefined;
}

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The refusal of every change from then on. */
function lasting(fault: KataError, cause: unknown): KataError {
  if (fault.code === "storage_damaged")
    return new KataError("storage_damaged", "The database is damaged: no change is taken.", { hint: KEEP_DAMAGED, cause });
  return new KataError("storage_failed", "A sync to the disk failed: no change is taken until the daemon is restarted.", {
    hint: "Look at the disk and at the system's log, and then restart the daemon: `kata daemon restart`.",
    cause,
  });
}
