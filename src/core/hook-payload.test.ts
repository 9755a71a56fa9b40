import { expect, test } from "bun:test";
import fc from "fast-check";
import type { HookFacts } from "./hook.ts";
import { hookPayload, MOST_PAYLOAD } from "./hook-payload.ts";

const event: HookFacts["event"] = {
  id: 7,
  uid: "01KJKB5W000000000000000001",
  origin_instance_uid: "01KJKB5W000000000000000000",
  project_id: 3,
  project_uid: "01KJKB5W000000000000000002",
  project_name: "demo",
  issue_id: 5,
  issue_uid: "01KJKB5W000000000000000003",
  issue_short_id: "abc4",
  related_issue_id: null,
  related_issue_uid: null,
  related_issue_short_id: null,
  type: "issue.commented",
  actor: "ada",
  payload: '{"comment_id":9}',
  created_at: "2026-03-01T12:00:00.000Z",
};
const issue = { uid: event.issue_uid ?? "", short_id: "abc4", title: "Fix it", status: "open", author: "ada" } as const;
const facts: HookFacts = { event, issue, labels: ["b", "a"], alias: undefined, comment_body: undefined };

type Read = {
  payload_truncated?: true;
  issue?: { title?: string; title_truncated?: true; title_full_size?: number };
  payload?: { comment_body?: string; comment_body_truncated?: true; comment_body_full_size?: number } & Record<string, unknown>;
};
const read = (of: HookFacts): Read => JSON.parse(new TextDecoder().decode(hookPayload(of).bytes)) as Read;
const bytes = (text: string) => Buffer.byteLength(text);

test("`hookPayload()` tells of the event and of its issue as that is now", () => {
  const alias = { alias_identity: "git.test/demo", alias_kind: "git", root_path: "/src/demo" };
  expect(hookPayload(facts).truncated).toBe(false);
  expect(read({ ...facts, alias, comment_body: "words", issue: { ...issue, owner: "bob" } }) as unknown).toEqual({
    kata_hook_version: 1,
    event_id: 7,
    type: "issue.commented",
    actor: "ada",
    created_at: "2026-03-01T12:00:00.000Z",
    project: { id: 3, name: "demo" },
    alias,
    issue: { uid: issue.uid, short_id: "abc4", title: "Fix it", status: "open", owner: "bob", author: "ada", labels: ["a", "b"] },
    payload: { comment_id: 9, comment_body: "words" },
  });
  expect(read({ ...facts, issue: undefined, labels: [] })).not.toHaveProperty("issue");
  expect(read(facts)).toMatchObject({ issue: { owner: "" } });
});

test("`hookPayload()` keeps every digit of the event's payload", () => {
  const payload = '{"diff":{"n":{"from":1.10,"to":12345678901234567890}}}';
  expect(new TextDecoder().decode(hookPayload({ ...facts, event: { ...event, payload } }).bytes)).toContain(`"payload":${payload}`);
});

/** Texts of which a part is many bytes long in UTF-8, around the sizes at which they are cut. */
const longText = (around: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: around + 20 }), fc.array(fc.constantFrom("a", "é", "€", "🙂", '"', "\n", "\u0000"), { maxLength: 40 }))
    .map(([plain, rest]) => "x".repeat(plain) + rest.join(""));

test.each([
  ["title", 1_024],
  ["comment_body", 8_192],
] as const)("`hookPayload()` cuts %s between two characters, and says how long it was", (name, most) => {
  fc.assert(
    fc.property(longText(most), (text) => {
      const told = read(name === "title" ? { ...facts, issue: { ...issue, title: text } } : { ...facts, comment_body: text });
      const { [name]: shown, ...marks } = (name === "title" ? told.issue : told.payload) as Record<string, unknown>;
      const cut = String(shown);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut).not.toContain("\ufffd");
      if (bytes(text) <= most) {
        expect(cut).toBe(text);
        expect(marks).not.toHaveProperty(`${name}_truncated`);
      } else {
        expect(bytes(cut)).toBeLessThanOrEqual(most);
        expect(bytes(cut)).toBeGreaterThan(most - 4);
        expect(marks).toMatchObject({ [`${name}_truncated`]: true, [`${name}_full_size`]: bytes(text) });
      }
    }),
  );
});

test("`hookPayload()` is never larger than 256 KiB, and leaves out the event's payload before the title", () => {
  const size = fc.integer({ min: 0, max: 2 * MOST_PAYLOAD });
  fc.assert(
    fc.property(size, fc.integer({ min: 0, max: 255_000 }), (message, rest) => {
      const whole = {
        ...facts,
        event: { ...event, payload: JSON.stringify({ message: "é".repeat(message / 2) }) },
        labels: ["x".repeat(rest)],
        issue: { ...issue, title: "t".repeat(1_024) },
      };
      const { bytes: sent, truncated } = hookPayload(whole);
      expect(sent.length).toBeLessThanOrEqual(MOST_PAYLOAD);
      const told = read(whole);
      expect([told.payload === undefined, told.payload_truncated ?? false]).toEqual([truncated, truncated]);
      if (!truncated) expect(told.payload?.["message"]).toHaveLength(Math.floor(message / 2));
      if (told.issue?.title === undefined) expect(truncated).toBe(true);
      else expect(told.issue.title).toHaveLength(1_024);
    }),
  );
  const crowded = { ...facts, labels: ["x".repeat(MOST_PAYLOAD - 600)], issue: { ...issue, title: "t".repeat(1_024) } };
  expect(read(crowded).issue).not.toHaveProperty("title");
  expect(hookPayload(crowded).bytes.length).toBeLessThanOrEqual(MOST_PAYLOAD);
});
