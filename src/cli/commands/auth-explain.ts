import { chooseDaemon, type Choice } from "../../config/choice.ts";
import { judge, readServer, type Server, type Verdict } from "../../config/server.ts";
import { type Asking, targetFor, weigh } from "../../config/target.ts";
import type { Token } from "../../config/token.ts";
import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { locate } from "../locate.ts";
import { factRows } from "../rows.ts";

export const authExplain = command({
  name: "auth explain",
  summary: "Tell whether kata would send a token to a daemon, and why",
  examples: ["kata auth explain http://100.64.0.5:7777", "kata auth explain https://kata.example.com", "kata auth explain"],
  words: ["url?"],
  flags: {},
  async run({ url }, { asking }) {
    const choice = url === undefined ? chooseDaemon(asking) : asIfNamed(url, asking);
    const { token, verdict, withToken, ...place } = explain(choice, asking);
    const data = {
      ...place,
      chosen_by: choice.by,
      token: token ? { from: token.from } : null,
      allowed: verdict.allowed,
      sends_token: verdict.allowed && token !== undefined,
      would_send_token: withToken.allowed,
      why: withToken.why,
      fix: withToken.allowed ? null : withToken.fix,
    };
    const text = factRows([
      ["address", lineSafe(data.address)],
      ["chosen by", lineSafe(data.chosen_by)],
      ["token", token ? `from ${lineSafe(token.from)}` : "none: set KATA_AUTH_TOKEN, or [auth] token in config.toml"],
      ["verdict", verdictOf(data)],
      ["why", lineSafe(data.why)],
      ["way out", data.fix === null ? undefined : lineSafe(data.fix)],
      [
        "beyond",
        data.sends_token && place.origin
          ? `to ${place.origin} alone: no redirect is followed, and proxy variables play no part`
          : undefined,
      ],
    ]);
    return { data, text };
  },
});

type Said = { token: unknown; allowed: boolean; sends_token: boolean; would_send_token: boolean };

function verdictOf({ token, allowed, sends_token, would_send_token }: Said): string {
  if (token !== null) return sends_token ? "the token is sent" : "refused: nothing is sent there";
  if (!allowed) return "refused: nothing is sent there, with a token or without";
  return would_send_token ? "there is no token to send; one would be sent" : "there is no token to send; one would be refused";
}

/** The choice that KATA_SERVER with this value would be. */
function asIfNamed(url: string, asking: Asking): Choice {
  const choice = chooseDaemon({ ...asking, daemon: undefined, env: { ...asking.env, KATA_SERVER: url || " " } });
  return choice.kind === "remote" ? { ...choice, by: "the command line", at: "URL" } : choice;
}

/** `withToken` is the verdict with a token, whether there is one or not. */
type Explained = { address: string; address_kind: string; origin?: string; token: Token | undefined; verdict: Verdict; withToken: Verdict };

function explain(choice: Choice, asking: Asking): Explained {
  if (choice.kind === "remote") {
    const { server, token, verdict } = weigh(choice, asking);
    return { ...placeOf(server), token, verdict, withToken: judge(server, true, choice.insecure) };
  }
  const target = targetFor(choice, asking);
  const { token } = target;
  const { address, request_base_url } = locate(target, asking);
  if (request_base_url === undefined) {
    const verdict: Verdict = { allowed: true, why: "a private socket is reached on this machine alone" };
    return { address, address_kind: "unix", token, verdict, withToken: verdict };
  }
  const server = readServer(request_base_url, choice.by);
  const verdict = judge(server, true, false);
  return { ...placeOf(server), token, verdict, withToken: verdict };
}

function placeOf({ base_url, kind, origin }: Server) {
  return { address: base_url, address_kind: kind, origin };
}
