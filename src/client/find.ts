import type { Home } from "../config/home.ts";
import { holderOf, type ListenerRecord, readRecords, type RuntimeRecord } from "../config/runtime.ts";
import type { Target } from "../config/target.ts";
import { kindOfHost } from "../core/address.ts";
import { KataError, LocalError } from "../core/error.ts";
import { build } from "../core/version.ts";
import { Client, type Place } from "./client.ts";
import { NoAnswer } from "./no-answer.ts";

type Token = Place["token"];

/**
 * Where this machine's own commands reach a daemon: by a Unix socket, else by the loopback, else as others do; and where
 * there is a choice, not past a proxy that would have to say who they are.
 */
export function placeOf({ address, listeners = [] }: Pick<RuntimeRecord, "address" | "listeners">, token: Token): Place {
  const direct = listeners.filter(({ mode }) => mode !== "trusted_proxy");
  const nearest = direct.find(isSocket) ?? direct.find(isLoopback) ?? direct[0] ?? listeners[0];
  const { protocol = "plain", certificate } = nearest ?? {};
  const at = nearest?.address ?? address;
  if (at.startsWith("unix://")) return { name: at, base: "http://kata.invalid", unix: at.slice("unix://".length), token };
  const base = `${protocol === "https" ? "https" : "http"}://${at.replace(EVERY_ADDRESS, (every) => (every === "[::]" ? "[::1]" : "127.0.0.1"))}`;
  return { name: base, base, token, certificate };
}

const EVERY_ADDRESS = /^(?:0\.0\.0\.0|\[::\])(?=:\d+$)/;

const isSocket = ({ address }: ListenerRecord): boolean => address.startsWith("unix://");
const isLoopback = ({ address }: ListenerRecord): boolean =>
  EVERY_ADDRESS.test(address) || kindOfHost(address.replace(/:\d+$/, "")) === "loopback";

/** The records of daemons of this database that run, as far as a process of their number does. */
export function liveRecords(home: Home): RuntimeRecord[] {
  return readRecords(home.runtime).filter(({ pid }) => isRunning(pid));
}

/**
 * Whether a token may go where a record says. A daemon that died leaves its port to whoever takes it, another user too: at a
 * plain address of IP it is the lock that tells whether the daemon is still there, and not the number of its process, which
 * may be another's by now. A socket lies where others can't put one, and a certificate proves itself.
 */
export async function mayHaveToken(home: Home, { pid, started_by }: RuntimeRecord, { unix, certificate, token }: Place): Promise<boolean> {
  if (token === undefined || unix !== undefined || certificate !== undefined || started_by === undefined) return true;
  return holderOf(home.lock)?.pid === pid && (await import("../config/lock.ts")).isLocked(home.lock);
}

/** Of those, the ones of this kata: a daemon of the original is never signalled. */
export function ownRecords(home: Home): RuntimeRecord[] {
  return liveRecords(home).filter(({ started_by }) => started_by !== undefined);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}

/**
 * The daemon of this database that answers, if there is one of this version. It is not asked first whether it answers:
 * whoever calls it finds out.
 */
export async function findLocal(home: Home, token: Token, env: Record<string, string | undefined>): Promise<Place | undefined> {
  const anyVersion = env["KATA_SKIP_DAEMON_VERSION_CHECK"] === "1";
  const fits = ({ version }: { version?: string }) => anyVersion || version === build.version;
  // Who holds the lock is nearly always the one, and is known from one file; a folder takes longer to look through.
  const holder = holderOf(home.lock);
  const isUsual = holder?.address === `unix://${home.socket}` && fits(holder) && isRunning(holder.pid);
  if (isUsual) return known(holder, placeOf(holder, token));
  for (const record of liveRecords(home).filter(fits)) {
    const place = placeOf(record, token);
    if (await mayHaveToken(home, record, place)) return known(record, place);
  }
  return undefined;
}

const known = ({ address, pid }: Pick<RuntimeRecord, "address" | "pid">, place: Place): Place => ({
  ...place,
  name: `${address} (pid ${pid})`,
  pid,
});

const PING_MS = 1_000;

type Remote = Target & { kind: "remote" };

/** The place of a daemon that was named. */
export function remotePlace({ server, token, ca, proxy }: Remote): Place {
  return { name: server.base_url, base: server.base_url, token, ca: ca?.pem, proxy };
}

/**
 * Asks a daemon of a target that was named whether it is there; it is not replaced by another if not. An address may have
 * a path below which a proxy serves kata; a daemon that is reached without one is found all the same, as the original
 * drops the path.
 */
export async function findRemote(target: Remote, timeoutMs: number): Promise<Client> {
  const place = remotePlace(target);
  const { origin } = new URL(place.base);
  const fault = await pingFault(place);
  if (fault === undefined) return new Client(place, timeoutMs);
  const root = { ...place, name: origin, base: origin };
  if (place.base !== origin && fault instanceof KataError && (await pingFault(root)) === undefined) return new Client(root, timeoutMs);
  throw unavailable(fault, target);
}

/** Why no daemon is at this place; undefined where one is. */
async function pingFault(place: Place): Promise<unknown> {
  const probe = new Client(place, PING_MS);
  try {
    const { service } = await probe.call("liveness.ping", {});
    return service === "kata" ? undefined : new KataError("error", "what answers there is no kata daemon", { status: 404 });
  } catch (error) {
    return error;
  }
}

/** What the daemon that was named says of a token goes on; all else means that it is not there. */
function unavailable(error: unknown, { server, by }: Remote): Error {
  if (error instanceof KataError && [401, 403, 429].includes(error.status)) return error;
  const why = error instanceof NoAnswer ? error.why : "what answers there is no kata daemon";
  return new LocalError(
    "daemon_unavailable",
    `No kata daemon answers at ${server.base_url}, which ${by} names: ${why}.`,
    error instanceof NoAnswer && error.hint !== undefined && error.kind !== "internal"
      ? error.hint
      : "Check the address, and that the daemon runs there.",
  );
}

/** A client of a home's daemon that runs; undefined while none does. It is never started. */
export async function findRunning(home: Home, token: Token, timeoutMs: number): Promise<Client | undefined> {
  for (const record of readRecords(home.runtime)) {
    const place = placeOf(record, token);
    if (!(await mayHaveToken(home, record, place))) continue;
    const client = new Client({ ...place, pid: record.pid }, timeoutMs);
    const fault = await client.call("liveness.ping", {}).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (fault instanceof NoAnswer && fault.kind === "daemon_unavailable") continue;
    // One that hangs would let the next call wait for as long again.
    if (fault instanceof NoAnswer) throw fault;
    return client;
  }
  return undefined;
}
