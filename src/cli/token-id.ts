import { LocalError } from "../core/error.ts";

/** The number of a token. */
export function checkTokenId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  const hint = "`kata tokens list` shows the ids.";
  // A secret that was given by mistake is not repeated.
  const what = /^\w{1,15}$/.test(text) ? `, not ${JSON.stringify(text)}` : "";
  throw new LocalError("validation", `A token is named by its id, a whole number${what}.`, hint);
}
