import { expect, test } from "bun:test";
import fc from "fast-check";
import { isPrivateHost } from "../core/address.ts";
import { LocalError } from "../core/error.ts";
import { judge, readServer, type Verdict } from "./server.ts";

/** What becomes of an address, by whether a token goes along and whether insecure addresses were allowed. */
type Rule = "always" | "insecure and no token" | "never" | "no address";

const forms: Record<Rule, string[]> = {
  always: [
    "http://127.0.0.1:7777",
    "http://127.8.9.10",
    "HTTP://10.0.0.1:7777/",
    "http://172.16.0.1:7777/kata/",
    "http://192.168.1.20:7777",
    "http://100.64.0.5:7777",
    "http://169.254.1.1:7777",
    "http://[::1]:7777",
    "http://[0:0:0:0:0:0:0:1]:7777",
    "http://[fe80::1]:7777",
    "http://[fd00::5]:7777",
    "http://[::ffff:10.0.0.1]:7777",
    "https://kata.example.com",
    "https://8.8.8.8:7777",
    "https://0x7f.1",
    "https://localhost/kata",
  ],
  "insecure and no token": [
    "http://8.8.8.8:7777",
    "http://100.128.0.1:7777",
    "http://172.32.0.1:7777",
    "http://[2001:db8::1]:7777",
    "http://[::ffff:8.8.8.8]:7777",
    "http://[64:ff9b::a00:1]:7777",
    "http://[::10.0.0.1]:7777",
    "http://localhost:7777",
    "http://localhost.:7777",
    "http://kata.example.com",
    "http://127.0.0.1.example.com",
    "http://127.0.0.1.nip.io:7777",
    "http://ex%61mple.com",
  ],
  never: [
    "http://0.0.0.0:7777",
    "http://[::]:7777",
    "http://0:7777",
    // Each of these is read as another address than it looks like.
    "http://2130706433:7777",
    "http://134744072:7777",
    "http://0x7f000001:7777",
    "http://0x08080808:7777",
    "http://0x7f.0.0.1:7777",
    "http://0177.0.0.1:7777",
    "http://010.8.8.8:7777",
    "http://127.1:7777",
    "http://10.1:7777",
    "http://8.8:7777",
    "http://127.0.0.1.:7777",
    "http://8.8.8.8.:7777",
    "http://127%2E0.0.1:7777",
    "http://127.0.0.%31:7777",
    "http://１２７.0.0.1:7777",
    "http://127。0。0。1:7777",
    "http://①27.0.0.1:7777",
    "http://127.0.0.1\t0:7777",
    "http://10.0.0.1\n:7777",
    "http:\\\\127.0.0.1:7777",
    "http:127.0.0.1:7777",
    "http:///127.0.0.1:7777",
    " http://127.0.0.1:7777",
  ],
  "no address": [
    "",
    "127.0.0.1:7777",
    "//127.0.0.1:7777",
    "http://",
    "http://:7777",
    "ftp://127.0.0.1",
    "unix:///run/kata.sock",
    "http://127.0.0.1:77777",
    "http://1.2.3.256",
    "http://[fe80::1%25eth0]:7777",
    "http://user@127.0.0.1:7777",
    "http://user:s3cret@127.0.0.1:7777",
    "http://@127.0.0.1:7777",
    "http://8.8.8.8@127.0.0.1:7777",
    "http://127.0.0.1:7777@8.8.8.8",
    "http://127.0.0.1%40evil.test@8.8.8.8",
    "http:\\\\user:s3cret@127.0.0.1:7777",
    "https://user:s3cret@kata.example.com",
    "http://127.0.0.1:7777/?token=s3cret",
    "http://127.0.0.1:7777/#s3cret",
    "http://127.0.0.1:7777?",
  ],
};

function verdictOf(text: string, bearer: boolean, insecure: boolean): Verdict | LocalError {
  try {
    return judge(readServer(text, "KATA_SERVER"), bearer, insecure);
  } catch (error) {
    if (error instanceof LocalError) return error;
    throw error;
  }
}

const isAllowed = (rule: Rule, bearer: boolean, insecure: boolean) =>
  rule === "always" || (rule === "insecure and no token" && insecure && !bearer);

for (const rule of Object.keys(forms) as Rule[]) {
  for (const bearer of [false, true]) {
    for (const insecure of [false, true]) {
      const asked = `${bearer ? "with" : "without"} a token, insecure ${insecure ? "allowed" : "not allowed"}`;
      test(`\`judge()\`, ${asked}: ${isAllowed(rule, bearer, insecure) ? "lets through" : "refuses"} what goes through ${rule}`, () => {
        for (const form of forms[rule]) {
          const verdict = verdictOf(form, bearer, insecure);
          const found = verdict instanceof LocalError ? "no address" : verdict.allowed;
          expect([form, found]).toEqual([form, rule === "no address" ? rule : isAllowed(rule, bearer, insecure)]);
          if (verdict instanceof LocalError || !verdict.allowed)
            expect(verdict).toMatchObject(
              verdict instanceof LocalError ? { hint: expect.stringMatching(/\S/) } : { fix: expect.stringMatching(/\S/) },
            );
        }
      });
    }
  }
}

test("`readServer()` shows nothing secret of an address that it refuses", () => {
  for (const form of forms["no address"]) expect((verdictOf(form, false, false) as LocalError).message).not.toContain("s3cret");
});

test("`readServer()` keeps a path, and drops the slash at its end", () => {
  expect(readServer("https://kata.example.com:443/team/kata//", "x")).toMatchObject({
    origin: "https://kata.example.com",
    base_url: "https://kata.example.com/team/kata",
  });
  expect(readServer("http://[FD00:0::5]:80", "x").base_url).toBe("http://[fd00::5]");
});

test("`judge()` lets a bearer go in plain text to no address that the open net reaches, however it is spelled", () => {
  const part = (value: number) =>
    fc.constantFrom(String(value), `0x${value.toString(16)}`, `0${value.toString(8)}`, `%3${String(value).at(0)}${String(value).slice(1)}`);
  const spelled = fc.nat(0xffffffff).chain((address) => {
    const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    const groups = [[address], [a, (b << 16) | (c << 8) | d], [a, b, (c << 8) | d], bytes];
    return fc.constantFrom(...groups).chain((each) => fc.tuple(...each.map(part)).map((parts) => parts.join(".")));
  });
  const host = fc.oneof(
    spelled,
    fc.ipV4Extended(),
    fc.ipV6().map((text) => `[${text}]`),
    fc.domain(),
    fc.string({ unit: "binary" }),
  );
  const scheme = fc.constantFrom("http://", "HTTP://", "http:/", "http:", "http:\\\\", "\thttp://", "http://user@", "http://127.0.0.1@");
  const tail = fc.constantFrom("", ":7777", ".", "./kata", "/../..", "@127.0.0.1", "?", "#");
  fc.assert(
    fc.property(scheme, host, tail, fc.boolean(), (before, middle, after, insecure) => {
      const text = before + middle + after;
      const verdict = verdictOf(text, true, insecure);
      if (verdict instanceof LocalError || !verdict.allowed) return;
      const { base_url } = readServer(text, "x");
      expect(isPrivateHost(new URL(base_url).hostname)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
