import type { Home } from "../config/home.ts";
import { holderOf, readRecords, type RuntimeRecord } from "../config/runtime.ts";
import type { Target } from "../config/target.ts";
import { KataError, LocalError } from "../core/error.ts";
import { build } from "../core/version.ts";
import { Client, type Place } from "./client.ts";

type Token = Place["token"];

/** A daemon's place by the address in its runtime record. */
export function placeOf(address: string, token: Token): Place {
  if (address.startsWith("unix://")) return { name: address, origin: "http://kata.invalid", unix: address.slice("unix://".length), token };
  return { name: `http://${address}`, origin: `http://${address}`, token };
}

/** The records of daemons of this database that run, as far as a process of their number does. */
export function liveRecords(home: Home): RuntimeRecord[] {
  return readRecords(home.runtime).filter(({ pid }) => isRunning(pid));
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
export function findLocal(home: Home, token: Token, env: Record<string, string | undefined>): Place | undefined {
  const anyVersion = env["KATA_SKIP_DAEMON_VERSION_CHECK"] === "1";
  const fits = ({ version }: { version?: string }) => anyVersion || version === build.version;
  // Who holds the lock is nearly always the one, and is known from one file; a folder takes longer to look through.
  const holder = holderOf(home.lock);
  if (holder?.address?.startsWith("unix://") && fits(holder) && isRunning(holder.pid)) return placeOf(holder.address, token);
  const fit = liveRecords(home).find(fits);
  return fit && placeOf(fit.address, token);
}

/** Asks a daemon of a target that was named whether it is there; it is not replaced by another if not. */
export async function findRemote(target: Target & { kind: "remote" }, token: Token, timeoutMs: number): Promise<Client> {
  const place: Place = { name: target.origin, origin: target.origin, token };
  try {
    await new Client(place, 1_000).call("liveness.ping", {});
  } catch (error) {
    if (error instanceof KataError && (error.status === 401 || error.status === 403)) throw error;
    throw new LocalError(
      "daemon_unavailable",
      `No kata daemon answers at ${target.origin}, which ${target.from} names.`,
      "Check the address, and that the daemon runs there.",
    );
  }
  return new Client(place, timeoutMs);
}
