import { KataError } from "./error.ts";

/** What belongs to no project lives in a hidden one, which no list, feed or digest shows. */
export const SYSTEM_PROJECT = { id: 0, name: "#system" } as const;

/** Of all spaces only the common one can be told from it. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]|(?! )\p{Zs}/u;

/** A project's name, trimmed: not blank, printable, and without `#`, which divides it from a short id in a ref. */
export function checkProjectName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw new KataError("validation", "name: must not be blank");
  if (UNPRINTABLE.test(trimmed)) {
    throw new KataError("validation", `name: ${JSON.stringify(trimmed)} has a character that can't be printed`);
  }
  if (trimmed.includes("#")) {
    const hint = `Try ${JSON.stringify(trimmed.replaceAll("#", "-"))}.`;
    throw new KataError("validation", `name: ${JSON.stringify(trimmed)} must not contain #, which ends the project in a ref`, { hint });
  }
  return trimmed;
}
