import { KataError } from "./error.ts";
import { isPrintable } from "./text.ts";

const LONGEST = 64;

/** Who administers tokens is told under this name, so nobody else may have it. */
export const ADMINISTRATOR = "bootstrap";

/** An actor whom a token or a proxy vouches for, trimmed: 1 to 64 printable characters. `what` says where it was given. */
export function checkActor(text: string, what: string): string {
  const actor = text.trim();
  const length = Array.from(actor).length;
  if (length >= 1 && length <= LONGEST && isPrintable(actor)) return actor;
  const why =
    length === 0 ? "it is blank" : length > LONGEST ? `it has ${length}` : `${JSON.stringify(actor)} has one that can't be printed`;
  throw new KataError("validation", `${what}: must be 1 to ${LONGEST} printable characters, and ${why}`, {
    hint: "Name a person or an agent, such as wesm or agent-7.",
  });
}

/** The actor of a new token. */
export function checkTokenActor(text: string): string {
  const actor = checkActor(text, "actor");
  if (actor.toLowerCase() !== ADMINISTRATOR) return actor;
  throw new KataError("validation", `actor: ${JSON.stringify(actor)} is kept for whoever administers tokens`, {
    hint: "Name the person or agent that will use the token.",
  });
}
