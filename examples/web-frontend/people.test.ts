import { expect, test } from "bun:test";
import { actorOf, checkPeople } from "./people.ts";

const people = checkPeople({
  actors: { "Ada.Lovelace@example.com": "ada", "sub:248289761001": "grace", "bot@ci.example": "agent-7" },
  domain: "Example.com",
});
const verified = (email: string, sub = "1") => ({ sub, email, email_verified: true });

test("`actorOf()` takes the provider's own id before the address, and the table before the rule", () => {
  expect(actorOf(verified("ada.lovelace@EXAMPLE.com"), people)).toBe("ada");
  expect(actorOf(verified("someone@else.where", "248289761001"), people)).toBe("grace");
  expect(actorOf({ sub: "248289761001" }, people)).toBe("grace");
  expect(actorOf(verified("bot@ci.example"), people)).toBe("agent-7");
  expect(actorOf(verified("lin.k@example.com"), people)).toBe("lin.k");
});

test("`actorOf()` believes no address that is not verified, and no name that users choose themselves", () => {
  for (const email_verified of [false, undefined, "true", 1])
    expect(actorOf({ sub: "1", email: "ada.lovelace@example.com", email_verified }, people)).toBeUndefined();
  const chosen = { sub: "1", preferred_username: "ada", name: "ada", nickname: "ada@example.com" };
  expect(actorOf(chosen, people)).toBeUndefined();
  expect(actorOf({ sub: "sub:248289761001" }, people)).toBeUndefined();
});

test("`actorOf()` lets nobody be by the rule who is somebody else by the table, or from elsewhere", () => {
  for (const address of [
    "ada@example.com",
    "GRACE@example.com",
    "agent-7@example.com",
    "lin@other.com",
    "lin@sub.example.com",
    "lin@example.com@other.com",
    "lin@other.com@example.com",
    "lin+tag@example.com",
    "@example.com",
    "example.com",
    "",
  ])
    expect([address, actorOf(verified(address), people)]).toEqual([address, undefined]);
  expect(actorOf(verified("lin@example.com"), checkPeople({ actors: {} }))).toBeUndefined();
});

test("`checkPeople()` names what is wrong", () => {
  const cases: [unknown, string][] = [
    [[], "must be an object"],
    [{ people: {} }, '"people" is no member of it; there are "actors" and "domain"'],
    [{ actors: [] }, '"actors" must be an object'],
    [{ actors: { "a@b.c": "" } }, 'the actor of "a@b.c" must be a text'],
    [{ domain: "a@b.c" }, '"domain" must be a domain, such as "example.com"'],
  ];
  for (const [given, message] of cases) expect(() => checkPeople(given)).toThrow(message);
});
