import { expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalHost } from "../core/address.ts";
import { shownAddress } from "../core/address.ts";
import { LocalError } from "../core/error.ts";
import { type ListenAddress, parseListen, printListen } from "./listener.ts";

const port = fc.nat({ max: 65_535 });
const host = fc
  .oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("fe80::1%eth0", "::ffff:10.0.0.1", "0:0:0:0:0:0:0:1", "::", "0.0.0.0"))
  .filter((text) => !/^fe[89ab]/i.test(text) || text.includes("%"));
const path = fc.array(fc.stringMatching(/^[\w .,%-]{1,12}$/), { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join("/")}`);
const address: fc.Arbitrary<ListenAddress> = fc.oneof(
  fc.record({ kind: fc.constant("tcp" as const), host: host.map((text) => canonicalHost(text) ?? ""), port }),
  fc.record({ kind: fc.constant("unix" as const), path: path.filter((text) => !/\/\.{1,2}(?:\/|$)/.test(text)) }),
);

test("`parseListen()` reads what `printListen()` writes, and gives the same address", () => {
  fc.assert(fc.property(address, (each) => expect(parseListen(printListen(each))).toEqual(each)));
});

test("`parseListen()` gives all spellings of an address one text, which is its own spelling", () => {
  fc.assert(
    fc.property(host, port, (text, at) => {
      const printed = printListen(
        parseListen(text.includes(":") ? `[${text.toUpperCase().replace(/%.*/, "%eth0")}]:${at}` : `${text}:${at}`),
      );
      expect(printListen(parseListen(printed))).toBe(printed);
      expect(printed).toBe(printListen({ kind: "tcp", host: canonicalHost(text) ?? "", port: at }));
    }),
  );
});

test("`parseListen()` takes any text: it reads it, or refuses it with the text and a way out", () => {
  const piece = fc.constantFrom(
    "unix://",
    "/",
    "[",
    "]",
    ":",
    "::1",
    "127.0.0.1",
    "7777",
    "0",
    "%eth0",
    ".",
    "*",
    "localhost",
    "é",
    " ",
    "\n",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(piece, { maxLength: 6 }).map((parts) => parts.join("")),
      ),
      (text) => {
        try {
          expect(parseListen(printListen(parseListen(text)))).toEqual(parseListen(text));
        } catch (error) {
          if (!(error instanceof LocalError)) throw error;
          expect([text, shownAddress(text)].some((shown) => error.message.includes(shown))).toBe(true);
          expect(error.hint).toMatch(/\.$/);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

const literal = "must have a literal IP address";
test.each([
  ["localhost:7777", literal],
  ["127.1:7777", literal],
  ["0x7f.1:7777", literal],
  ["0x7f000001:7777", literal],
  ["2130706433:7777", literal],
  ["010.0.0.1:7777", literal],
  ["127.0.0.1.:7777", literal],
  ["127.0.0.256:7777", literal],
  ["kata.example:7777", literal],
  ["１２７.0.0.1:7777", literal],
  [":7777", "an empty host would be every address"],
  ["*:7777", "* would be every address"],
  ["[]:7777", literal],
  ["[127.0.0.1]:7777", literal],
  ["[localhost]:7777", literal],
  ["[::1:7777", "must be ip:port"],
  ["::1:7777", "has no port"],
  ["fd00::1", "has no port"],
  ["127.0.0.1", "has no port"],
  ["127.0.0.1:", "must be ip:port"],
  ["127.0.0.1:65536", "must be ip:port"],
  ["127.0.0.1:0x50", "must be ip:port"],
  ["127.0.0.1:080", "must be ip:port"],
  ["127.0.0.1:-1", "must be ip:port"],
  ["127.0.0.1:7777 ", "must be ip:port"],
  [" 127.0.0.1:7777", literal],
  ["", "an empty text must be ip:port"],
  ["7777", "must be ip:port"],
  ["http://127.0.0.1:7777", "is an address for clients"],
  ["tcp://127.0.0.1:7777", "is an address for clients"],
  ["[fe80::1]:7777", "must say on which interface it stands"],
  ["[fd00::1%eth0]:7777", "only link-local"],
  ["[::1%lo]:7777", "only link-local"],
  ["[::ffff:169.254.1.1%eth0]:7777", "only link-local"],
  ["unix:run/kata.sock", "must name an absolute path"],
  ["unix://run/kata.sock", "must name an absolute path"],
  ["unix:///", "must name an absolute path"],
  ["unix:///run/kata/", "must name an absolute path"],
  ["unix:///run/ka\tta.sock", "must name an absolute path"],
  [`unix:///${"x".repeat(107)}`, "is too long for a socket"],
])("`parseListen()` refuses %j", (text, words) => {
  expect(() => parseListen(text)).toThrow(words);
});

test.each([
  ["[FD00:0:0::2]:7777", "[fd00::2]:7777"],
  ["[::ffff:10.0.0.1]:7777", "10.0.0.1:7777"],
  ["[::FFFF:a00:1]:7777", "10.0.0.1:7777"],
  ["[fe80::1%eth0]:7777", "[fe80::1%eth0]:7777"],
  ["0.0.0.0:0", "0.0.0.0:0"],
  ["unix:///run//kata/../kata/./kata.sock", "unix:///run/kata/kata.sock"],
])("`parseListen()` reads %s as %s", (text, printed) => {
  expect(printListen(parseListen(text))).toBe(printed);
});
