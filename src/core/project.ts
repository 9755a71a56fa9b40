import { KataError } from "./error.ts";
import { isPrintable } from "./text.ts";

/** What belongs to no project lives in a hidden one, which no list, feed or digest shows. */
export const SYSTEM_PROJECT = { id: 0, name: "#system" } as const;

/** It is in refs, in paths and in the header that confirms a deletion, and those have an end. */
const LONGEST_NAME = 200;

/** A project's name, trimmed: not blank, not too long, printable, and without `#`, which divides it from a short id in a ref. */
export function checkProjectName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw new KataError("validation", "name: must not be blank", { hint: "Give the project a name, such as tools." });
  const length = Array.from(trimmed).length;
  if (length > LONGEST_NAME) {
    throw new KataError(
      "validation",
      `name: ${JSON.stringify(`${trimmed.slice(0, 20)}…`)} has ${length} characters, and may have ${LONGEST_NAME}`,
      {
        hint: "Choose a shorter one: it is a part of every ref.",
      },
    );
  }
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
