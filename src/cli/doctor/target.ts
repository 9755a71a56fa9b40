import { type Choice, chooseDaemon } from "../../config/choice.ts";
import type { Server } from "../../config/server.ts";
import { type Asking, type Target, targetFor, tokenFor, weigh } from "../../config/target.ts";
import type { Checks } from "./check.ts";

/** Which daemon is chosen, with which token, and whether it may be talked to. Gives the target that may. */
export async function checkTarget(checks: Checks, asking: Asking): Promise<Target | undefined> {
  const choice = await checks.look("target.selection", () => selection(asking));
  if (!choice) {
    for (const id of ["target.token", "target.guardrail"] as const) checks.skip(id, "target.selection fails");
    return undefined;
  }
  const token = await checks.look("target.token", () => {
    const found = tokenFor(choice, asking);
    const status = found || choice.kind === "local" ? "ok" : "info";
    return { status, summary: found ? `the token is taken from ${found.from}` : "there is no token", value: { found } };
  });
  if (!token) {
    checks.skip("target.guardrail", "target.token fails");
    return undefined;
  }
  return checks.look("target.guardrail", () => guardrail(choice, asking));
}

function guardrail(choice: Choice, asking: Asking) {
  if (choice.kind === "local") return { status: "ok" as const, summary: "a daemon of this machine", value: targetFor(choice, asking) };
  const { server, verdict } = weigh(choice, asking);
  if (verdict.allowed) return { status: "ok" as const, summary: `${server.base_url}: ${verdict.why}`, value: targetFor(choice, asking) };
  return { status: "fail" as const, summary: `${choice.at}: ${verdict.why}`, details: otherWays(server), fix: verdict.fix };
}

/** The ways to a daemon that plain HTTP must not go to, to be copied. */
function otherWays({ host, kind, origin }: Server): string[] {
  if (kind !== "name" && kind !== "public") return [];
  const port = new URL(origin).port || "80";
  return [
    `by https, where a reverse proxy with a certificate stands before the daemon: KATA_SERVER=https://${host}`,
    `by a tunnel: ssh -N -L ${port}:127.0.0.1:${port} ${host.replace(/^\[|\]$/g, "")}, and KATA_SERVER=http://127.0.0.1:${port}`,
  ];
}

function selection(asking: Asking) {
  const ignored: string[] = [];
  const choice: Choice = chooseDaemon({ ...asking, notice: (line) => ignored.push(line.replace(/^kata: /, "")) });
  const what = choice.name ?? (choice.kind === "local" ? "this machine's own daemon" : "another daemon");
  const summary = `${what}, by ${choice.source === "local_default" ? "default" : choice.by}`;
  if (ignored.length === 0) return { status: "ok" as const, summary, value: choice };
  const fix = "Take the file out of the repository, or name the daemon by KATA_SERVER.";
  return { status: "warn" as const, summary, details: ignored, fix, value: choice };
}
