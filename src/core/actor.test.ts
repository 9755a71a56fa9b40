import { expect, test } from "bun:test";
import { checkActor, checkTokenActor } from "./actor.ts";

const said = (work: () => string): string => {
  try {
    return work();
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
};

test("`checkActor()` takes 1 to 64 printable characters, of whatever script, and trims them", () => {
  expect(checkActor(" wesm ", "actor")).toBe("wesm");
  expect(checkActor("Zoë Ångström", "actor")).toBe("Zoë Ångström");
  expect(checkActor("🦊".repeat(64), "actor")).toBe("🦊".repeat(64));
  expect(said(() => checkActor("🦊".repeat(65), "actor"))).toBe("refused: actor: must be 1 to 64 printable characters, and it has 65");
  expect(said(() => checkActor("x".repeat(64), "actor"))).toBe("x".repeat(64));
});

test("`checkActor()` says where the fault is, and what it is", () => {
  for (const blank of ["", "  ", "\u00a0"])
    expect(said(() => checkActor(blank, "actor header"))).toMatch(/^refused: actor header: .* it is blank$/);
  for (const odd of ["a\u0000b", "a\nb", "a\u202eb", "a\u200bb", "a\u001b[31mb"])
    expect(said(() => checkActor(odd, "actor"))).toContain("can't be printed");
});

test("`checkTokenActor()` keeps bootstrap, in any letters, for whoever administers tokens", () => {
  for (const name of ["bootstrap", "Bootstrap", " BOOTSTRAP "]) expect(said(() => checkTokenActor(name))).toContain("is kept for");
  expect(checkTokenActor("bootstrapper")).toBe("bootstrapper");
});
