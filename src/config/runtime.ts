import { namesIn, textAt } from "./files.ts";
import { join } from "./path.ts";

/** Who gets in at a listener, and as whom: the first of these that holds. */
export type Mode = "trusted_proxy" | "identity" | "read_only" | "shared_token" | "open";

/** What a running daemon says of one of its listeners. */
export type ListenerRecord = {
  address: string;
  protocol: "plain" | "https";
  mode: Mode;
  /** The certificate that it shows, as PEM: by it this machine's own commands know that it is the one. */
  certificate?: string;
};

/** What a running daemon says of itself in its runtime folder (cli.md §5.1). */
export type RuntimeRecord = {
  pid: number;
  /** Of several listeners the first. */
  address: string;
  db_path: string;
  version?: string;
  started_at: string;
  /** [O] */
  listeners?: ListenerRecord[];
  /** [O] how it came to run: an explicit start may take over from an automatic one. */
  started_by?: "command" | "auto";
  /** [O] the automatic daemon whose place it took. */
  took_over_from?: number;
  /** [O] what was done to the database at its start, for people. */
  upgraded?: string;
};

/** A daemon's listeners, where it has more than the private socket. */
export function listenersBeside(socket: string, listeners: readonly ListenerRecord[] = []): readonly ListenerRecord[] {
  return listeners.some(({ address }) => address !== `unix://${socket}`) ? listeners : [];
}

/** What is shown of a listener. */
export function shownListener({ address, protocol, mode }: ListenerRecord): Omit<ListenerRecord, "certificate"> {
  return { address, protocol, mode };
}

/** A line for each listener of a daemon that has come to listen. */
export function listeningLines(
  { pid, address, listeners }: Pick<RuntimeRecord, "pid" | "address" | "listeners">,
  socket: string,
): string[] {
  const line = (where: string) => `kata: daemon pid=${pid} listens on ${where}`;
  const all = listenersBeside(socket, listeners);
  if (all.length === 0) return [line(address)];
  return all.map((each) => line(`${each.address} (${each.protocol}, ${each.mode.replaceAll("_", " ")})`));
}

/** The records in a runtime folder; files that are none are passed over. */
export function readRecords(folder: string): RuntimeRecord[] {
  return namesIn(folder).flatMap((name) => {
    if (!/^daemon\.\d+\.json$/.test(name)) return [];
    try {
      const record = JSON.parse(textAt(join(folder, name)) ?? "") as RuntimeRecord;
      return typeof record.address === "string" && record.pid === Number(name.split(".")[1]) ? [record] : [];
    } catch {
      return [];
    }
  });
}

/** Who holds a database's lock, as it wrote itself into the lock's file. */
export type Holder = { pid: number; address: string; started_by: "command" | "auto"; version?: string };

/** Who holds the lock at `path`, or held it last; undefined while nobody has said so. */
export function holderOf(path: string): Holder | undefined {
  try {
    return JSON.parse(textAt(path) ?? "") as Holder;
  } catch {
    return undefined;
  }
}

/** What `daemon start` ends with when another holds the database's lock. */
export const LOCK_HELD = 75;

/** The longest that a daemon takes to end after it was told to: who waits for that waits longer. */
export const STOP_MS = 25_000;

/** The longest that a daemon waits for the end of another whose place it takes. */
export const TAKEOVER_MS = STOP_MS + 5_000;
