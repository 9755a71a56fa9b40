import { KataError } from "./error.ts";
import { isPrintable } from "./text.ts";

/** What belongs to no project lives in a hidden one, which no list, feed or digest shows. */
export const SYSTEM_PROJECT = { id: 0, name: "#system" } as const;

/** A project's name, trimmed: not blank, printable, and without `#`, which divides it from a short id in a ref. */
export function checkProjectName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw new KataError("validation", "name: must not be blank", { hint: "Give the project a name, such as tools." });
  if (!isPrintable(trimmed)) {
    throw new KataError("validation", `name: ${JSON.stringify(trimmed)} has a character that can't be printed`, {
      hint: "Use letters, digits, spaces and marks.",
    });
  }
  if (trimmed.includes("#")) {
    const hint = `Try ${JSON.stringify(trimmed.replaceAll("#", "-"))}.`;
    throw new KataError("validation", `name: ${JSON.stringify(trimmed)} must not contain #, which ends the project in a ref`, { hint });
  }
  return trimmed;
}
