import { describe, expect, test } from "bun:test";
import { fingerprintText, formerFingerprintText } from "./fingerprint.ts";

const bare = { title: "T", body: "", owner: undefined, labels: [], links: [], priority: undefined };

describe("`fingerprintText()`", () => {
  const cases: [what: string, request: Parameters<typeof fingerprintText>[0], text: string][] = [
    ["the least", bare, "title=T\nbody=\nowner=\nlabels=\nlinks=[]"],
    ["priority 0", { ...bare, priority: 0 }, "title=T\nbody=\nowner=\nlabels=\nlinks=[]\npriority=0"],
    [
      "white space of every kind as one space, none at the ends, case kept",
      { ...bare, title: "\u0085 Fix\u00a0\u2003the\r\n\tLogin \u3000", body: " a\n\nb ", owner: "  " },
      "title=Fix the Login\nbody=a b\nowner=\nlabels=\nlinks=[]",
    ],
    [
      "no white space: zero width, byte order mark",
      { ...bare, title: "\ufeffa\u200bb" },
      "title=\ufeffa\u200bb\nbody=\nowner=\nlabels=\nlinks=[]",
    ],
    ["composed letters", { ...bare, title: "e\u0301", owner: "A\u030a" }, "title=\u00e9\nbody=\nowner=\u00c5\nlabels=\nlinks=[]"],
    [
      "labels sorted, but as often as they were given",
      { ...bare, labels: ["b", "a", "b"] },
      "title=T\nbody=\nowner=\nlabels=a,b,b\nlinks=[]",
    ],
    [
      "links once, by type, target and direction",
      {
        ...bare,
        links: [
          { type: "related", to_id: 3, incoming: true },
          { type: "blocks", to_id: 10, incoming: true },
          { type: "blocks", to_id: 10, incoming: false },
          { type: "blocks", to_id: 9, incoming: true },
          { type: "related", to_id: 3, incoming: false },
          { type: "parent", to_id: 7, incoming: false },
          { type: "blocks", to_id: 9, incoming: true },
        ],
        priority: 4,
      },
      'title=T\nbody=\nowner=\nlabels=\nlinks=[{"type":"blocks","other_number":9,"incoming":true},{"type":"blocks","other_number":10},' +
        '{"type":"blocks","other_number":10,"incoming":true},{"type":"parent","other_number":7},{"type":"related","other_number":3}]\npriority=4',
    ],
  ];
  for (const [what, request, text] of cases) test(`counts ${what}`, () => expect(fingerprintText(request)).toBe(text));
});

test("`formerFingerprintText()` counts links as often as they were given", () => {
  const links = [
    { type: "related", to_id: 3, incoming: true },
    { type: "related", to_id: 3, incoming: false },
  ] as const;
  const written = '{"type":"related","other_number":3}';
  expect(formerFingerprintText({ ...bare, links })).toBe(`title=T\nbody=\nowner=\nlabels=\nlinks=[${written},${written}]`);
});
