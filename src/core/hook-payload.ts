import { isJsonObject, parseJson } from "./json.ts";
import type { HookFacts } from "./hook.ts";

const MOST_TITLE = 1_024;
const MOST_COMMENT = 8 * 1_024;
export const MOST_PAYLOAD = 256 * 1_024;

const utf8 = new TextEncoder();

/** What a hook reads on its stdin (cli.md §6.1), and whether the event's payload had to be left out of it. */
export function hookPayload(facts: HookFacts): { bytes: Uint8Array; truncated: boolean } {
  const whole = document(facts);
  const bytes = encoded(whole);
  if (bytes.length <= MOST_PAYLOAD) return { bytes, truncated: false };
  const { payload: _, ...rest } = whole;
  const bare = encoded({ ...rest, payload_truncated: true });
  if (bare.length <= MOST_PAYLOAD || !rest.issue) return { bytes: bare, truncated: true };
  const { title: __, ...issue } = rest.issue;
  return { bytes: encoded({ ...rest, issue, payload_truncated: true }), truncated: true };
}

const encoded = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

function document({ event, issue, labels, alias, comment_body }: HookFacts) {
  const payload = parseJson(event.payload);
  return {
    kata_hook_version: 1,
    event_id: event.id,
    type: event.type,
    actor: event.actor,
    created_at: event.created_at,
    project: { id: event.project_id, name: event.project_name },
    ...(alias && { alias: { alias_identity: alias.alias_identity, alias_kind: alias.alias_kind, root_path: alias.root_path } }),
    ...(issue && {
      issue: {
        uid: issue.uid,
        short_id: issue.short_id,
        ...cut("title", issue.title, MOST_TITLE),
        status: issue.status,
        owner: issue.owner ?? "",
        author: issue.author,
        labels: labels.toSorted(),
      },
    }),
    payload: {
      ...(isJsonObject(payload) && payload),
      ...(comment_body !== undefined && cut("comment_body", comment_body, MOST_COMMENT)),
    },
  };
}

/** A text of at most so many bytes, cut between characters; where it was longer, that and how long it was stand beside it. */
function cut<Name extends string>(name: Name, text: string, most: number): Record<Name, string> {
  const bytes = utf8.encode(text);
  if (bytes.length <= most) return { [name]: text } as Record<Name, string>;
  let end = most;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  const start = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end));
  return { [name]: start, [`${name}_truncated`]: true, [`${name}_full_size`]: bytes.length } as unknown as Record<Name, string>;
}
