import { Client, type Place } from "../../client/client.ts";
import { liveRecords, mayHaveToken, placeOf, remotePlace } from "../../client/find.ts";
import { notServed } from "../../client/served.ts";
import type { Target } from "../../config/target.ts";
import { LocalError } from "../../core/error.ts";
import type { CallerKind } from "../../core/principal.ts";
import { build } from "../../core/version.ts";
import type { Checks } from "./check.ts";
import { probe, PROBE_MS } from "./probe.ts";

/** Times that differ by less are told apart by nobody. */
const CLOCK_MS = 5_000;

/** Whether the daemon answers, how it is, and what it takes this caller for. Gives a client of one that answers and takes the token. */
export async function checkDaemon(checks: Checks, target: Target | undefined): Promise<Client | undefined> {
  const reached = target && (await checks.look("daemon.connection", () => connection(target)));
  if (!target || !reached) {
    if (!target) checks.skip("daemon.connection", "there is nobody to connect to");
    for (const id of ["daemon.health", "daemon.identity", "daemon.version", "daemon.clock"] as const) checks.skip(id, "no daemon answers");
    return undefined;
  }
  const { client, date, took_ms } = reached;
  const version = await checks.look("daemon.health", async () => {
    const { reply } = await probe(new Client({ ...client.place, token: undefined }, PROBE_MS), "liveness.health", {});
    const {
      ok,
      problem = "the daemon says that it is not well",
      hint: fix = "Look into its log.",
      uptime,
      schema_version,
      version: value,
    } = reply;
    const summary = `up for ${uptime}, schema version ${schema_version}`;
    return ok ? { status: "ok", summary, value } : { status: "fail", summary: problem, fix, value };
  });
  const accepted = await checks.look("daemon.identity", () => identity(client));
  await checks.look("daemon.version", () => versionOf(accepted, version));
  if (target.kind === "local") checks.add("daemon.clock", { status: "ok", summary: "it is this machine's" });
  else checks.add("daemon.clock", clock(date, took_ms));
  return accepted;
}

type Reached = { client: Client; date: string | null; took_ms: number };

async function connection(target: Target) {
  const places = target.kind === "remote" ? [remotePlace(target)] : await localPlaces(target);
  const [place] = places;
  if (!place) return { status: "info" as const, summary: "no daemon runs; the next command that needs it starts it" };
  // Whether the token is right is a question of its own.
  const { reply, date, took_ms } = await probe(new Client({ ...place, token: undefined }, PROBE_MS), "liveness.ping", {});
  if (reply.service !== "kata")
    throw new LocalError("daemon_unavailable", `What answers at ${place.name} is no kata daemon.`, "Check the address.");
  const value: Reached = { client: new Client(place, PROBE_MS), date, took_ms };
  return { status: "ok" as const, summary: `${place.name} answers in ${Math.ceil(took_ms)} ms`, value };
}

async function localPlaces({ home, token }: Target & { kind: "local" }): Promise<Place[]> {
  const places: Place[] = [];
  for (const record of liveRecords(home)) {
    const place = placeOf(record, token);
    if (await mayHaveToken(home, record, place)) places.push(place);
  }
  return places;
}

/** A daemon of another version does where it serves all that this kata asks for. */
async function versionOf(client: Client | undefined, version: string | undefined) {
  if (version === build.version) return { status: "ok" as const, summary: `kata ${version}, as this one is` };
  const both = `the daemon is kata ${version ?? "of an unknown version"}, and this is kata ${build.version}`;
  if (!client) return { status: "info" as const, summary: `${both}: whether they fit can't be asked without a token` };
  const { reply } = await probe(client, "openapi.show", {});
  const lacking = notServed(reply);
  if (lacking.length === 0) return { status: "ok" as const, summary: `${both}: it serves all that this one asks for` };
  const fix = "Bring both to one version, the daemon's host first.";
  return { status: "warn" as const, summary: `${both}: it lacks ${lacking.length} routes that this one asks for`, details: lacking, fix };
}

/** Kinds of caller that one is without a token, or with one that the daemon does not know. */
const ASKS_NOBODY: ReadonlySet<string> = new Set(["owner", "reader"] satisfies CallerKind[]);

type Auth = { kind: string; actor?: string };

async function identity(client: Client) {
  const { reply } = await probe(client, "instance.show", {});
  const { token } = client.place;
  const { auth } = reply as { auth?: Auth };
  const as = auth ? ` as ${auth.kind}${auth.actor === undefined ? "" : `, actor ${auth.actor}`}` : "";
  const isAsked = auth === undefined || !ASKS_NOBODY.has(auth.kind);
  const summary = !token
    ? `the daemon answers without a token${as}`
    : isAsked
      ? `the daemon takes the token${as}`
      : `the daemon asks for no token, and answers${as}: the one from ${token.from} means nothing to it`;
  return { status: "ok" as const, summary, details: [`instance ${reply.instance_uid}`], value: client };
}

function clock(date: string | null, tookMs: number) {
  const there = Date.parse(date ?? "");
  if (Number.isNaN(there)) return { status: "info" as const, summary: "the daemon's host does not tell its time" };
  // The header has whole seconds.
  const off = Math.max(0, Math.abs(there - Date.now()) - 1_000 - tookMs);
  if (off < CLOCK_MS) return { status: "ok" as const, summary: "it agrees with this machine's" };
  const fix = "Let both machines take the time from the network (NTP).";
  return { status: "warn" as const, summary: `it differs from this machine's by about ${Math.round(off / 1_000)} s`, fix };
}
